import { onnx } from 'onnx-proto'
import { encodeUtf8 } from '../checkpoint/utf8'
import type { Graph } from '../graph/graph'
import type { OnnxAttribute, OnnxNode, OnnxSubgraph } from '../graph/op'
import type { Shape } from '../tensor/shape'
import type { OnnxConstant } from './emit'
import { emitOnnx } from './emit'

/** The operator set that the ops are written against (Gelu came with 20). */
const opsetVersion = 20
/** The first file format version that knows this operator set. */
const irVersion = 9

const { AttributeType } = onnx.AttributeProto
const { DataType } = onnx.TensorProto

function valueInfo(name: string, shape: Shape): onnx.IValueInfoProto {
  const dim = shape.map(dimValue => ({ dimValue }))
  return { name, type: { tensorType: { elemType: DataType.FLOAT, shape: { dim } } } }
}

function encodeAttribute(name: string, attribute: OnnxAttribute): onnx.IAttributeProto {
  if ('int' in attribute) return { name, type: AttributeType.INT, i: attribute.int }
  if ('ints' in attribute) return { name, type: AttributeType.INTS, ints: [...attribute.ints] }
  if ('float' in attribute) return { name, type: AttributeType.FLOAT, f: attribute.float }
  if ('string' in attribute) return { name, type: AttributeType.STRING, s: encodeUtf8(attribute.string) }
  return { name, type: AttributeType.GRAPH, g: encodeSubgraph(attribute.graph) }
}

export function encodeNode(node: OnnxNode): onnx.INodeProto {
  return {
    opType: node.opType,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => encodeAttribute(name, value)),
  }
}

function encodeSubgraph(graph: OnnxSubgraph): onnx.IGraphProto {
  return {
    name: graph.name,
    node: graph.nodes.map(encodeNode),
    input: graph.inputs.map(({ name, shape }) => valueInfo(name, shape)),
    output: graph.outputs.map(({ name, shape }) => valueInfo(name, shape)),
  }
}

/** Raw data is little-endian in ONNX, as every machine that this runs on is. */
export function encodeConstant(constant: OnnxConstant): onnx.ITensorProto {
  const { name, shape } = constant
  const values = constant.dtype === 'int64' ? BigInt64Array.from(constant.values, BigInt) : constant.values
  return {
    name,
    dims: [...shape],
    dataType: constant.dtype === 'int64' ? DataType.INT64 : DataType.FLOAT,
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }
}

/**
 * A graph as an ONNX model file.
 *
 * @see https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export function encodeOnnx(graph: Graph): Uint8Array {
  const { nodes, constants, outputs } = emitOnnx(graph)
  const model: onnx.IModelProto = {
    irVersion,
    producerName: 'slicetune',
    opsetImport: [{ domain: '', version: opsetVersion }],
    graph: {
      name: graph.name,
      node: nodes.map(encodeNode),
      initializer: constants.map(encodeConstant),
      input: graph.inputs.map(({ name, value }) => valueInfo(name, value.shape)),
      output: [...outputs].map(([name, value]) => valueInfo(name, value.shape)),
    },
  }
  return onnx.ModelProto.encode(model).finish()
}

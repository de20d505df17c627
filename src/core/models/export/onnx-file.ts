import { onnx } from 'onnx-proto'
import { encodeConstant, encodeNode } from '../../onnx/encode'
import type { OnnxType, OnnxWriter } from './onnx-writer'
import { onnxType } from './onnx-writer'

/** What an exported file takes or gives; a dimension with a name is whatever the caller has. */
export interface FileValue {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly (number | string)[]
}

export interface OnnxFile {
  readonly name: string
  readonly inputs: readonly FileValue[]
  readonly outputs: readonly FileValue[]
  /** What the file says of itself, by key */
  readonly metadata: Readonly<Record<string, string>>
}

/** That of the official export: other programs may come with an older ONNX Runtime than ours. */
const opsetVersion = 17
/** The first file format version that knows this operator set. */
const irVersion = 8

function valueInfo({ name, type, shape }: FileValue): onnx.IValueInfoProto {
  const dim = shape.map(size => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: onnxType[type], shape: { dim } } } }
}

/** The bytes of an ONNX model. @see https://github.com/onnx/onnx/blob/main/docs/IR.md */
export function encodeOnnxFile(
  writer: OnnxWriter,
  { name, inputs, outputs, metadata }: OnnxFile,
): Uint8Array {
  const model: onnx.IModelProto = {
    irVersion,
    producerName: 'slicetune',
    opsetImport: [{ domain: '', version: opsetVersion }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name,
      node: writer.nodes.map(encodeNode),
      initializer: writer.constants.map(encodeConstant),
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
  }
  return onnx.ModelProto.encode(model).finish()
}

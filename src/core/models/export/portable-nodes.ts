import { invariant } from '../../../shared/errors'
import type { Graph } from '../../graph/graph'
import type { Node, OnnxNode, Value } from '../../graph/op'
import type { OnnxWriter } from './onnx-writer'

/**
 * Attention as two products and a softmax: the loop over tiles is for our engine, other runtimes do better with what
 * they know.
 */
export function withPlainAttention(graph: Graph): Graph {
  let id = -1
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (node.op !== 'TiledAttention') return [node]
    const [q, k, v] = node.inputs
    const scale = node.attributes['scale']
    invariant(q && k && v && typeof scale === 'number', 'attention has q, k, v and a scale')
    const [tokens = 0] = q.shape
    const value = (): Value => ({ id: id--, dtype: 'float32', shape: [tokens, tokens] })
    const [scores, shares] = [value(), value()]
    return [
      {
        op: 'Gemm',
        inputs: [q, k],
        outputs: [scores],
        attributes: { transA: false, transB: true, alpha: scale },
      },
      { op: 'Softmax', inputs: [scores], outputs: [shares], attributes: {} },
      { op: 'MatMul', inputs: [shares, v], outputs: node.outputs, attributes: {} },
    ]
  })
  return { ...graph, nodes }
}

/** GELU in the operators of opset 17: x / 2 (1 + erf(x / sqrt 2)). */
export function writePortableNode(writer: OnnxWriter, node: OnnxNode): void {
  if (node.opType !== 'Gelu') {
    writer.nodes.push(node)
    return
  }
  const [x = ''] = node.inputs
  const erf = writer.op('Erf', [writer.op('Div', [x, writer.float(Math.SQRT2)])])
  const share = writer.op('Mul', [x, writer.op('Add', [erf, writer.float(1)])])
  writer.nodes.push({ opType: 'Mul', inputs: [share, writer.float(0.5)], outputs: node.outputs })
}

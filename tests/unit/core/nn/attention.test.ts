import { describe, expect, it } from 'vitest'
import type { Float32Tensor } from '../../../../src/core/engine'
import { GraphBuilder } from '../../../../src/core/graph/builder'
import { concat } from '../../../../src/core/graph/functions'
import type { Value } from '../../../../src/core/graph/op'
import { multiHeadAttention } from '../../../../src/core/nn/attention'
import { weightInputs } from '../../../../src/core/nn/weight-inputs'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { filled, gradientErrors } from '../graph/gradient-check'

const width = 6
const options = { heads: 2, attentionDim: 8, prefix: 'attn' }
const shapes: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ...['q_proj', 'k_proj', 'v_proj'].flatMap(
    name =>
      [
        [`attn.${name}.weight`, [8, width]],
        [`attn.${name}.bias`, [8]],
      ] as const,
  ),
  ['attn.out_proj.weight', [width, 8]],
  ['attn.out_proj.bias', [width]],
]
/** Small enough that a step of 1e-2 sees little of the softmax's curvature. */
const weights = Object.fromEntries(
  shapes.map(([name, shape], index) => [name, filled(shape, index + 3, 0.4)]),
)

interface Repeats {
  readonly q?: number
  readonly k?: number
}

/** Attention of two images' streams, with each stream's tokens given so many times over. */
async function attended(queries: Float32Tensor, keys: Float32Tensor, { q = 1, k = 1 }: Repeats = {}) {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const g = new GraphBuilder('attention')
  const [from, to] = [g.input('from', queries.shape), g.input('to', keys.shape)]
  const times = (x: Value, count: number): Value => concat(g, Array<Value>(count).fill(x), 1)
  const streams = { q: times(from, q), k: times(to, k), v: times(to, k) }
  const out = multiHeadAttention(g, streams, weightInputs(g).weight, options)
  const graph = g.build({ out })
  const results = await (await engine.compile(graph)).run({ from: queries, to: keys, ...weights })
  await engine.dispose()
  return { out: results['out']!, ops: graph.nodes.length }
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>, count: number): number {
  return Array.from({ length: count }, (_, i) => Math.abs(a[i]! - b[i]!)).reduce((x, y) => Math.max(x, y))
}

describe('attention between a few tokens and many cells', () => {
  const few = filled([1, 3, width], 1)
  const cells = filled([1, 20, width], 2)

  it('gives each token what it gets among many, where all is projected', async () => {
    const [alone, among] = [await attended(few, cells), await attended(few, cells, { q: 4 })]

    expect(alone.ops).not.toBe(among.ops)
    // outputs are of order 1; two orders of summing in float32
    expect(largestDifference(alone.out.data, among.out.data, 3 * width)).toBeLessThan(5e-6)
  })

  it('gives each cell the same whether the tokens come once or again and again', async () => {
    const [once, again] = [await attended(cells, few), await attended(cells, few, { k: 4 })]

    expect(once.ops).not.toBe(again.ops)
    expect(largestDifference(once.out.data, again.out.data, 20 * width)).toBeLessThan(5e-6)
  })

  it.each([
    ['a few queries', [2, 3, width], [2, 9, width]],
    ['a few keys', [2, 9, width], [2, 3, width]],
  ])('has the right gradients with %s, in a batch of two', async (_which, from, to) => {
    const errors = await gradientErrors({
      inputs: [filled(from, 1), filled(to, 2), ...Object.values(weights)],
      build(g, [q, k, ...rest]) {
        const given = new Map(Object.keys(weights).map((name, index) => [name, rest[index]!]))
        return multiHeadAttention(g, { q: q!, k: k!, v: k! }, name => given.get(name)!, options)
      },
    })

    for (const error of errors) expect(error).toBeLessThan(2e-3)
  })
})

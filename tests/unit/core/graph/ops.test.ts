import { describe, expect, it } from 'vitest'
import { backward } from '../../../../src/core/autodiff/backward'
import type { NamedTensors } from '../../../../src/core/engine'
import * as f from '../../../../src/core/graph/functions'
import { GraphBuilder } from '../../../../src/core/graph/builder'
import { opTable } from '../../../../src/core/graph/ops'
import type { OpName } from '../../../../src/core/graph/op'
import { inRowTiles, tileRows } from '../../../../src/core/graph/row-tiles'
import { print } from '../../../../src/core/graph/print'
import { verify } from '../../../../src/core/graph/verify'
import type { GradientCheck } from './gradient-check'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { filled, gradientErrors } from './gradient-check'

const attention = { scale: 0.5, tile: 2 }

/** One check for every differentiable op; the record is exhaustive, so a new op does not compile without one. */
const checks: Record<
  Exclude<OpName, 'Greater' | 'Less' | 'Cast' | 'ReduceMin' | 'TiledAttentionGrad'>,
  GradientCheck
> = {
  Add: { inputs: [filled([2, 3], 1), filled([3], 2)], build: (g, [a, b]) => f.square(g, f.add(g, a!, b!)) },
  Sub: {
    inputs: [filled([2, 3], 1), filled([2, 1], 2)],
    build: (g, [a, b]) => f.square(g, f.sub(g, a!, b!)),
  },
  Mul: { inputs: [filled([2, 3], 1), filled([1, 3], 2)], build: (g, [a, b]) => f.mul(g, a!, b!) },
  Div: { inputs: [filled([2, 3], 1), filled([3], 2, 0.3, 2)], build: (g, [a, b]) => f.div(g, a!, b!) },
  Neg: { inputs: [filled([4], 1)], build: (g, [x]) => f.square(g, f.neg(g, x!)) },
  Abs: { inputs: [filled([4], 1, 0.5, 1.5)], build: (g, [x]) => f.square(g, f.abs(g, f.neg(g, x!))) },
  Exp: { inputs: [filled([4], 1)], build: (g, [x]) => f.exp(g, x!) },
  Log: { inputs: [filled([4], 1, 0.5, 2)], build: (g, [x]) => f.log(g, x!) },
  Sqrt: { inputs: [filled([4], 1, 0.5, 2)], build: (g, [x]) => f.sqrt(g, x!) },
  Erf: { inputs: [filled([4], 1)], build: (g, [x]) => f.erf(g, x!) },
  Softplus: { inputs: [filled([8], 1, 4)], build: (g, [x]) => f.softplus(g, x!) },
  Sigmoid: { inputs: [filled([4], 1, 3)], build: (g, [x]) => f.sigmoid(g, x!) },
  Sin: { inputs: [filled([4], 1)], build: (g, [x]) => f.sin(g, x!) },
  Cos: { inputs: [filled([4], 1)], build: (g, [x]) => f.cos(g, x!) },
  Gelu: { inputs: [filled([8], 1, 2)], build: (g, [x]) => f.gelu(g, x!) },
  Relu: { inputs: [filled([8], 1, 2)], build: (g, [x]) => f.square(g, f.relu(g, x!)) },
  ReduceSum: { inputs: [filled([2, 3, 4], 1)], build: (g, [x]) => f.square(g, f.reduceSum(g, x!, [0, 2])) },
  ReduceMean: { inputs: [filled([2, 3, 4], 1)], build: (g, [x]) => f.square(g, f.reduceMean(g, x!, [1])) },
  Reshape: { inputs: [filled([2, 6], 1)], build: (g, [x]) => f.square(g, f.reshape(g, x!, [3, 4])) },
  Transpose: {
    inputs: [filled([2, 3, 4], 1)],
    build: (g, [x]) => f.square(g, f.transpose(g, x!, [2, 0, 1])),
  },
  Slice: { inputs: [filled([2, 5], 1)], build: (g, [x]) => f.square(g, f.slice(g, x!, 1, 1, 4)) },
  Concat: {
    inputs: [filled([2, 2], 1), filled([2, 3], 2)],
    build: (g, [a, b]) => f.square(g, f.concat(g, [a!, b!], 1)),
  },
  Expand: { inputs: [filled([2, 1], 1)], build: (g, [x]) => f.square(g, f.expand(g, x!, [3, 2, 4])) },
  Pad: { inputs: [filled([2, 3], 1)], build: (g, [x]) => f.square(g, f.pad(g, x!, [0, 1], [2, 0])) },
  MatMul: {
    inputs: [filled([2, 3, 4], 1), filled([4, 2], 2)],
    build: (g, [a, b]) => f.matmul(g, a!, b!),
  },
  Gemm: {
    inputs: [filled([3, 2], 1), filled([4, 3], 2), filled([4], 3)],
    build: (g, [a, b, c]) => f.gemm(g, a!, b!, { transA: true, transB: true, alpha: 0.7, c: c! }),
  },
  Conv: {
    inputs: [filled([2, 3, 5, 4], 1), filled([2, 3, 3, 3], 2)],
    build: (g, [x, w]) => g.op('Conv', [x!, w!]),
  },
  Softmax: { inputs: [filled([3, 4], 1)], build: (g, [x]) => f.softmax(g, x!) },
  LayerNormalization: {
    inputs: [filled([3, 6], 1), filled([6], 2, 0.2, 1), filled([6], 3)],
    build: (g, [x, scale, bias]) => f.layerNormalization(g, x!, scale!, bias!, 1e-6),
  },
  ScanRows: {
    inputs: [filled([6, 4], 1), filled([6, 1], 2), filled([3, 4], 3), filled([3], 4)],
    build(g, [x, y, w, bias]) {
      const [product, both] = inRowTiles(g, [x!, y!], 2, (tile, [own, beside], whole) => {
        const hidden = f.gelu(tile, f.gemm(tile, own!, whole(w!), { transB: true, c: whole(bias!) }))
        const sum = f.add(tile, f.gemm(tile, hidden, whole(w!)), f.mulScalar(tile, own!, 2))
        return [f.mul(tile, sum, beside!), f.add(tile, hidden, beside!)]
      })
      return f.concat(g, [product!, f.square(g, both!)], 1)
    },
  },
  TiledAttention: {
    inputs: [filled([6, 4], 1), filled([6, 4], 2), filled([6, 4], 3)],
    build: (g, [q, k, v]) => g.op('TiledAttention', [q!, k!, v!], attention),
  },
}

describe('the gradient of each op', () => {
  for (const [name, check] of Object.entries(checks)) {
    it(`${name} agrees with central differences`, async () => {
      // float32 outputs and a step of 1e-2 leave about 1e-3 of truncation and rounding
      for (const error of await gradientErrors(check)) expect(error).toBeLessThan(2e-3)
    })
  }

  it('has one op for every name', () => {
    for (const [name, definition] of Object.entries(opTable)) expect(definition.name).toBe(name)
  })
})

describe('Conv', () => {
  const cases: Record<string, { x: number[]; w: number[]; options: Parameters<typeof f.conv>[3] }> = {
    'with a stride': { x: [2, 3, 6, 5], w: [4, 3, 3, 3], options: { stride: 2 } },
    'with a stride that leaves pixels over': {
      x: [2, 2, 6, 8],
      w: [3, 2, 1, 3],
      options: { stride: 3, pads: [0, 0, 0, 0] },
    },
    depthwise: { x: [2, 3, 5, 4], w: [3, 1, 3, 3], options: { groups: 3 } },
    'depthwise with a stride': { x: [2, 3, 6, 7], w: [3, 1, 3, 3], options: { groups: 3, stride: 2 } },
    'with dilation and uneven zeros': {
      x: [1, 2, 7, 6],
      w: [2, 2, 3, 2],
      options: { dilation: 2, pads: [1, 0, 2, 1] },
    },
  }
  for (const [name, { x, w, options }] of Object.entries(cases)) {
    it(`has the right gradients ${name}`, async () => {
      const errors = await gradientErrors({
        inputs: [filled(x, 1), filled(w, 2), filled([w[0] as number], 3)],
        build: (g, [input, kernel, bias]) => f.conv(g, input!, kernel!, { ...options, bias: bias! }),
      })

      for (const error of errors) expect(error).toBeLessThan(2e-3)
    })
  }

  it('refuses groups that are neither one nor one a channel', () => {
    const g = new GraphBuilder('conv')
    const [x, w] = [g.input('x', [1, 4, 5, 5]), g.input('w', [4, 2, 3, 3])]

    expect(() => f.conv(g, x, w, { groups: 2 })).toThrow('one a channel')
    expect(() => f.conv(g, x, g.input('even', [4, 4, 2, 2]))).toThrow('odd kernel')
  })
})

describe('Gemm', () => {
  for (const [transA, transB] of [
    [false, false],
    [true, false],
    [false, true],
  ] as const) {
    it(`has the right gradients with transA=${transA}, transB=${transB}`, async () => {
      const errors = await gradientErrors({
        inputs: [filled(transA ? [3, 2] : [2, 3], 1), filled(transB ? [4, 3] : [3, 4], 2)],
        build: (g, [a, b]) => f.gemm(g, a!, b!, { transA, transB, alpha: 1.3 }),
      })

      for (const error of errors) expect(error).toBeLessThan(2e-3)
    })
  }
})

describe('a graph', () => {
  const small = (): GraphBuilder => new GraphBuilder('small')

  it('refuses shapes that do not fit where the node is added', () => {
    const g = small()
    const a = g.input('a', [2, 3])
    const b = g.input('b', [2, 4])

    expect(() => f.add(g, a, b)).toThrow('do not broadcast')
    expect(() => f.matmul(g, a, b)).toThrow('@')
    expect(() => f.reshape(g, a, [4])).toThrow('reshaped')
    expect(() => f.slice(g, a, 1, 2, 5)).toThrow('axis 1')
  })

  it('leaves out what no output needs', () => {
    const g = small()
    const a = g.input('a', [2])
    f.exp(g, g.input('unused', [2]))

    const graph = g.build({ y: f.neg(g, a) })

    expect(print(graph)).toMatchInlineSnapshot(`
      "graph small(a: float32[2])
        %1: float32[2] = Neg(a)
        return y=%1"
    `)
    expect(() => verify(graph)).not.toThrow()
  })

  it('takes a kept value from an input in place of computing it again', () => {
    const g = small()
    const kept = f.exp(g, g.input('a', [2]))
    const y = f.neg(g, kept)
    g.takeFromInput(kept, 'kept')

    expect(g.build({ y }).inputs.map(input => input.name)).toEqual(['kept'])
  })

  it('is refused when a node comes before what it needs', () => {
    const g = small()
    const y = f.neg(g, f.exp(g, g.input('a', [2])))
    const graph = g.build({ y })

    expect(() => verify({ ...graph, nodes: [...graph.nodes].reverse() })).toThrow('before it is computed')
  })
})

describe('rows in tiles', () => {
  it('take the longest tile that divides them', () => {
    expect([tileRows(4096, 512), tileRows(900, 512), tileRows(7, 512), tileRows(521, 512)]).toEqual([
      512, 450, 7, 1,
    ])
  })

  it('give what all rows at once give', async () => {
    const [x, w] = [filled([12, 4], 1), filled([4, 4], 2)]
    const engine = new OnnxRuntimeEngine({ threads: 1 })
    const run = async (most: number | null): Promise<NamedTensors> => {
      const g = new GraphBuilder('rows')
      const weight = g.input('w', w.shape)
      const [y, same] = inRowTiles(g, [g.input('x', x.shape)], most, (tile, [rows], whole) => [
        f.softmax(tile, f.matmul(tile, rows!, whole(weight))),
        rows!,
      ])
      return (await engine.compile(g.build({ y: y!, same: same! }))).run({ x, w })
    }

    const [tiled, whole] = [await run(3), await run(null)]

    expect(tiled).toEqual(whole)
    expect(tiled['same']?.data).toEqual(x.data)
    await engine.dispose()
  })

  it('refuses arrays that do not fit the body', () => {
    const g = new GraphBuilder('rows')
    const [x, y] = [g.input('x', [6, 2]), g.input('y', [4, 2])]

    expect(() => inRowTiles(g, [x, y], 3, (tile, [a, b]) => [f.concat(tile, [a!, b!], 1)])).toThrow(
      'ScanRows',
    )
  })
})

describe('the gradient of slices of one array', () => {
  const gradientOps = (cuts: readonly (readonly [number, number])[]): string[] => {
    const g = new GraphBuilder('slices')
    const x = g.input('x', [2, 6])
    const parts = cuts.map(([start, end]) => f.exp(g, f.slice(g, x, 1, start, end)))
    const [dx] = backward(
      g,
      parts.map(part => ({ output: part, gradient: part })),
      [x],
    )
    return g.build({ dx: dx! }).nodes.map(node => node.op)
  }

  it('is their gradients side by side where they make it up', () => {
    const ops = gradientOps([
      [4, 6],
      [0, 1],
      [1, 4],
    ])

    expect(ops).toContain('Concat')
    expect(ops).not.toContain('Pad')
  })

  it.each([
    [
      [0, 4],
      [2, 6],
    ],
    [
      [0, 2],
      [4, 6],
    ],
    [
      [0, 2],
      [2, 4],
    ],
  ] as const)('is their sum where slices %j and %j overlap or leave something out', (...cuts) => {
    expect(gradientOps(cuts)).not.toContain('Concat')
  })
})

import { describe, expect, it } from 'vitest'
import type { Float32Tensor } from '../../../../src/core/engine'
import { GraphBuilder } from '../../../../src/core/graph/builder'
import { interpolate } from '../../../../src/core/imaging/interpolation'
import { resizedRows } from '../../../../src/core/nn/resized-rows'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { filled, gradientErrors } from '../graph/gradient-check'

async function resized(x: Float32Tensor, side: number): Promise<Float32Tensor> {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const g = new GraphBuilder('resize')
  const program = await engine.compile(g.build({ y: resizedRows(g, g.input('x', x.shape), side) }))
  const { y } = await program.run({ x })
  await engine.dispose()
  return y!
}

describe('pictures resized rows first', () => {
  it.each([
    ['in blocks of rows', 64, 256],
    ['in blocks, by no whole number', 64, 96],
    ['in one piece, where the sides share no blocks', 34, 51],
    ['smaller', 40, 24],
    ['not at all', 16, 16],
  ])('are the interpolation of the imaging code, %s', async (_how, from, to) => {
    const x = filled([2, 3, from, from], 1)
    const expected = interpolate('bicubic', x.data, { planes: 6, from: [from, from], to: [to, to] })

    const { shape, data } = await resized(x, to)

    expect(shape).toEqual([to, 2, 3, to])
    let worst = 0
    for (let plane = 0; plane < 6; plane++)
      for (let row = 0; row < to; row++)
        for (let column = 0; column < to; column++) {
          const want = expected[(plane * to + row) * to + column]!
          worst = Math.max(worst, Math.abs(data[(row * 6 + plane) * to + column]! - want))
        }
    // two sums of four products of values below 1, in float32
    expect(worst).toBeLessThan(2e-6)
  })

  it('have the right gradient where blocks meet', async () => {
    const [error] = await gradientErrors({
      inputs: [filled([1, 1, 32, 32], 1)],
      build: (g, [x]) => resizedRows(g, x!, 64),
    })

    expect(error).toBeLessThan(2e-3)
  })
})

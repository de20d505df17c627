import { afterAll, describe, expect, it } from 'vitest'
import { backward } from '../../src/core/autodiff/backward'
import { GraphBuilder } from '../../src/core/graph/builder'
import { reshape } from '../../src/core/graph/functions'
import { rowsFirst } from '../../src/core/nn/resized-rows'
import type { IouTarget } from '../../src/core/training/losses'
import { maskLoss } from '../../src/core/training/losses'
import { float32 } from '../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import { fixtureArray, fixtureJson, largestExcess, unopenedFixtures } from './npy-fixture'

interface Mode {
  readonly dice64: number
  readonly bce64: number
  readonly iou_mse64: number
  readonly total64: number
  readonly iou_target: readonly number[]
  readonly grad_iou_pred: readonly number[]
}
const { cases } = fixtureJson('3-loss/cases.json') as {
  cases: Record<string, { modes: Record<'seed' | 'per_sample' | 'per_mask', Mode> }>
}
const modes: Record<string, IouTarget> = { seed: 'seed', per_sample: 'per-sample', per_mask: 'per-mask' }

async function lossOf(name: string, iouTarget: IouTarget) {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const logits = fixtureArray(`3-loss/${name}.logits.npy`)
  const predicted = fixtureArray(`3-loss/${name}.iou_pred.npy`)
  const truth = fixtureArray(`3-loss/${name}.gt.npy`)
  const g = new GraphBuilder('loss')
  const x = g.input('x', logits.shape)
  const p = g.input('p', predicted.shape)
  const t = g.input('t', truth.shape)
  const batch = logits.shape[0] ?? 0
  const values = maskLoss(
    g,
    {
      logits: rowsFirst(g, reshape(g, x, [batch, 3, 12, 12])),
      predictedIou: reshape(g, p, [batch, 3]),
      target: t,
      bestOnly: null,
      batchIou: null,
    },
    { iouTarget, weights: { dice: 1, crossEntropy: 1, iou: 1 } },
  )
  const [dx, dp] = backward(g, [{ output: values.total, gradient: g.constant([], [1]) }], [x, p])
  const program = await engine.compile(g.build({ total: values.total, ...values.terms, dx: dx!, dp: dp! }))
  const results = await program.run({
    x: float32(logits.shape, logits.data),
    p: float32(predicted.shape, predicted.data),
    t: float32(truth.shape, truth.data),
  })
  await engine.dispose()
  return results
}

/** Relative to the float64 run: where float32 in PyTorch loses digits (saturated logits) we need not lose them too. */
function expectClose(actual: number | undefined, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN()
  else expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected) + 1e-7)
}

describe('the mask loss', () => {
  for (const [name, { modes: golden }] of Object.entries(cases)) {
    for (const [mode, expected] of Object.entries(golden)) {
      it(`agrees with MONAI and PyTorch on ${name} with the IoU target ${mode}`, async () => {
        const results = await lossOf(name, modes[mode] ?? 'per-mask')

        expectClose(results['dice']?.data[0], expected.dice64)
        expectClose(results['crossEntropy']?.data[0], expected.bce64)
        expectClose(results['iou']?.data[0], expected.iou_mse64)
        expectClose(results['total']?.data[0], expected.total64)
        const gradient = fixtureArray(`3-loss/${name}.grad_logits.npy`)
        expect(largestExcess(results['dx']?.data ?? [], gradient.data)).toBeLessThanOrEqual(1e-6)
        if (!expected.grad_iou_pred.some(Number.isNaN)) {
          expect(largestExcess(results['dp']?.data ?? [], expected.grad_iou_pred)).toBeLessThanOrEqual(1e-6)
        }
      })
    }
  }

  afterAll(() => {
    expect(unopenedFixtures('3-loss')).toEqual([])
  })
})

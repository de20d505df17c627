import { describe, expect, it } from 'vitest'
import { imageEncoder } from '../../src/core/models/medsam-lite/image-encoder'
import { weightInputs } from '../../src/core/nn/weight-inputs'
import { caseImage, cases, config, norm, stageExcess, stateDict, weights } from './medsam-lite'
import { runTraced } from './traced'

/** Of the fixtures' README, group 8. */
const tolerance = { absolute: 1e-4, relative: 1e-4 }

describe('the weights of MedSAM-Lite', () => {
  it('have the names and shapes of the official state dict', () => {
    const named = [...weights].map(([name, { shape }]) => [name, shape] as const)

    // A safetensors file sorts its tensors, so the order is compared in shapes.test.ts
    expect(new Map(named)).toEqual(new Map(stateDict.map(([name, shape]) => [name, shape])))
  })
})

describe('MedSAM-Lite', () => {
  for (const [name, golden] of Object.entries(cases)) {
    it(`encodes ${name} as PyTorch does, at every stage`, async () => {
      const image = caseImage(name)

      const results = await runTraced(
        (g, trace) => ({
          output: imageEncoder(
            g,
            config,
            g.input('image', image.shape),
            weightInputs(g, 'image_encoder.').weight,
            trace,
          ),
        }),
        { image, ...Object.fromEntries(weights) },
      )

      const failures: string[] = []
      for (const [stage, expected] of Object.entries(golden.stages)) {
        if (!stage.startsWith('enc.')) continue
        const excess = stageExcess(results[stage], expected, tolerance.relative)
        if (!(excess <= tolerance.absolute)) failures.push(`${stage}: ${excess}`)
        const l2 = norm(results[stage]?.data ?? new Float32Array())
        if (!(Math.abs(l2 - expected.l2) <= 1e-4 * expected.l2)) failures.push(`${stage}: l2 ${l2}`)
      }
      expect(failures).toEqual([])
    })
  }
})

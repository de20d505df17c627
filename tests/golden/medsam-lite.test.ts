import { describe, expect, it } from 'vitest'
import type { Float32Tensor, NamedTensors } from '../../src/core/engine'
import { expand, reshape, transpose } from '../../src/core/graph/functions'
import { gridSide } from '../../src/core/models/medsam-lite/config'
import { buildDecoder, buildEncoder, embeddingInput } from '../../src/core/models/medsam-lite/graphs'
import type { MaskOutput } from '../../src/core/models/medsam-lite/mask-decoder'
import { densePositionCode, noMask } from '../../src/core/models/medsam-lite/prompt-encoder'
import { weightInputs } from '../../src/core/nn/weight-inputs'
import type { Sampled } from './medsam-lite'
import {
  caseArray,
  caseImage,
  casePrompt,
  cases,
  config,
  norm,
  stageExcess,
  stateDict,
  weights,
} from './medsam-lite'
import { largestExcess } from './npy-fixture'
import { runTraced } from './traced'

/** Of the fixtures' README, group 8. */
const tolerance = { absolute: 1e-4, relative: 1e-4, half: 2e-2 }

const feeds = Object.fromEntries(weights)
const side = gridSide(config)
const embeddings = new Map<string, NamedTensors>()

/** Every stage of the encoder for a case, named as in the fixtures: computed once. */
async function encoded(name: string): Promise<NamedTensors> {
  const known = embeddings.get(name)
  if (known) return known
  const results = await runTraced((g, trace) => ({ embedding: buildEncoder(g, config, trace).embedding }), {
    image: caseImage(name),
    ...feeds,
  })
  embeddings.set(name, results)
  return results
}

/** Stages of the prompt encoder that do not depend on the prompt. */
const positions = runTraced(g => {
  const { weight } = weightInputs(g, 'prompt_encoder.')
  const { decoderDim: dim } = config
  const keyPosition = densePositionCode(g, config, weight)
  const picture = [1, dim, side, side]
  return {
    keyPosition,
    'prompt.dense_pe': reshape(g, transpose(g, keyPosition, [1, 0]), picture),
    'prompt.dense': expand(g, reshape(g, noMask(config, weight), [1, dim, 1, 1]), picture),
  }
}, feeds)

async function decoded(name: string, kind: 'box' | 'points', output: MaskOutput): Promise<NamedTensors> {
  const golden = cases[name]
  const { embedding } = await encoded(name)
  const { keyPosition } = await positions
  if (!golden || !embedding || !keyPosition) throw new Error(`there is no case ${name}`)
  const prompt = casePrompt(golden, kind)
  const batch = { images: 1, queriesPerImage: 1, tokens: prompt['labels']?.shape[1] ?? 0, output }
  return runTraced(
    (g, trace) => {
      const { lowRes, predictedIou } = buildDecoder(g, config, batch, embeddingInput(g, config, 1), trace)
      return { lowRes, predictedIou }
    },
    { embedding, keyPosition, ...prompt, ...feeds },
  )
}

function failuresOf(stages: Readonly<Record<string, Sampled>>, results: NamedTensors): string[] {
  return Object.entries(stages).flatMap(([stage, expected]) => {
    const actual: Float32Tensor | undefined = results[stage]
    const excess = stageExcess(actual, expected, tolerance.relative)
    const l2 = norm(actual?.data ?? new Float32Array())
    const close = Math.abs(l2 - expected.l2) <= 1e-4 * expected.l2
    return excess <= tolerance.absolute && close ? [] : [`${stage}: ${excess}, l2 ${l2}`]
  })
}

describe('the weights of MedSAM-Lite', () => {
  it('have the names and shapes of the official state dict', () => {
    const named = [...weights].map(([name, { shape }]) => [name, shape] as const)

    // A safetensors file sorts its tensors, so the order is compared in shapes.test.ts
    expect(new Map(named)).toEqual(new Map(stateDict.map(([name, shape]) => [name, shape])))
  })
})

const outputs = {
  single: { kind: 'box', output: 'single', prompt: 'prompt.sparse_box' },
  multi: { kind: 'box', output: 'multi', prompt: 'prompt.sparse_box' },
  points: { kind: 'points', output: 'multi', prompt: 'prompt.sparse_points' },
} as const

describe('MedSAM-Lite', () => {
  for (const [name, golden] of Object.entries(cases)) {
    it(`encodes ${name} as PyTorch does, at every stage`, async () => {
      const stages = Object.entries(golden.stages).filter(([stage]) => stage.startsWith('enc.'))

      expect(failuresOf(Object.fromEntries(stages), await encoded(name))).toEqual([])
      expect(stages.length).toBeGreaterThan(20)
    })

    for (const [row, { kind, output, prompt }] of Object.entries(outputs)) {
      it(`decodes ${name}, ${row}, as PyTorch does`, async () => {
        const results = await decoded(name, kind, output)

        const mine = { ...(await positions), ...results, [`dec.${row}.low_res`]: results['lowRes'] }
        const seen = { ...mine, [prompt]: results['prompt.sparse'] } as NamedTensors
        const wanted = new Set([prompt, 'prompt.dense', 'prompt.dense_pe', `dec.${row}.low_res`])
        const stages = Object.entries(golden.stages).filter(([stage]) => wanted.has(stage))
        expect(stages).toHaveLength(4)
        expect(failuresOf(Object.fromEntries(stages), seen)).toEqual([])
        const logits = caseArray(`${name}.${row}.low_res_f16`)
        expect(largestExcess(results['lowRes']?.data ?? [], logits)).toBeLessThan(tolerance.half)
        const ious = golden.iou[row as keyof typeof outputs]
        expect(largestExcess(results['predictedIou']?.data ?? [], ious)).toBeLessThan(tolerance.absolute)
      })
    }
  }
})

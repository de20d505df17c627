import { describe, expect, it } from 'vitest'
import { gradientName } from '../../src/core/autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors } from '../../src/core/engine'
import { expand, reshape, transpose } from '../../src/core/graph/functions'
import { gridSide } from '../../src/core/models/medsam-lite/config'
import { ImageEncoder } from '../../src/core/models/medsam-lite/encoder'
import { buildDecoder, buildEncoder, embeddingInput } from '../../src/core/models/medsam-lite/graphs'
import type { MaskOutput } from '../../src/core/models/medsam-lite/mask-decoder'
import { densePositionCode, noMask } from '../../src/core/models/medsam-lite/prompt-encoder'
import { trainingGraph } from '../../src/core/models/medsam-lite/training-graph'
import { isBuffer } from '../../src/core/models/buffers'
import { weightInputs } from '../../src/core/nn/weight-inputs'
import { GradientSink } from '../../src/core/training/gradient-sink'
import { float32 } from '../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import type { MedSamLiteCase, Sampled } from './medsam-lite'
import {
  caseArray,
  caseImage,
  casePrompt,
  cases,
  config,
  norm,
  parameters,
  stageExcess,
  stateDict,
  weights,
} from './medsam-lite'
import { fixtureJson, largestExcess, unopenedFixtures } from './npy-fixture'
import { runTraced } from './traced'

/** Of the fixtures' README, group 8. */
const tolerance = { absolute: 1e-4, relative: 1e-4, half: 2e-2, gradient: 1e-3 }

const feeds = Object.fromEntries(weights)
const parameterNames = [...weights.keys()].filter(name => !isBuffer(name))
const side = gridSide(config)

/** null: no gradient reached the parameter */
type GradientFixture = Readonly<Record<string, Sampled | null>>

const embeddings = new Map<string, NamedTensors>()

/** Every stage of the encoder for a case, named as in the fixtures: computed once. */
async function encoded(name: string): Promise<NamedTensors> {
  const known = embeddings.get(name)
  if (known) return known
  const results = await runTraced((g, trace) => ({ embedding: buildEncoder(g, config, trace).embedding }), {
    image: caseImage(name),
    ...feeds,
  })
  // The last stage ends with its last block, and the encoder with its neck
  const stages = {
    ...results,
    'enc.layer3': results['enc.layer3.block1'],
    'enc.embedding': results['embedding'],
  }
  embeddings.set(name, stages as NamedTensors)
  return stages as NamedTensors
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

/** PyTorch's float32 noise: the true gradient of a key's bias is zero, since softmax does not see it. */
const noise = 1e-6

/**
 * In PyTorch's eval mode TinyViT reads its attention biases from a cache that carries no gradient, so the goldens have
 * none; here they have one, which a unit test compares with central differences.
 */
const cachedInPyTorch = (parameter: string): boolean => parameter.endsWith('.attention_biases')

function gradientFailures(golden: GradientFixture, results: NamedTensors): string[] {
  return Object.entries(golden).flatMap(([parameter, expected]) => {
    const gradient = results[gradientName(parameter)]?.data
    if (expected === null || expected.l2 < noise) {
      if (cachedInPyTorch(parameter)) return gradient && norm(gradient) > 0 ? [] : [`${parameter}: none`]
      return norm(gradient ?? new Float32Array()) < noise ? [] : [`${parameter}: expected none`]
    }
    if (!gradient) return [`${parameter}: missing`]
    // The fixture has every stride-th element; its scale is at least the whole tensor's root mean square.
    const sampled = expected.values.map((value, index) => (gradient[index * expected.stride] ?? NaN) - value)
    const scale = Math.max(
      Math.hypot(...expected.values),
      expected.l2 * Math.sqrt(expected.values.length / gradient.length),
    )
    const error = Math.hypot(...sampled) / scale
    const l2 = Math.abs(norm(gradient) - expected.l2) / expected.l2
    return error <= tolerance.gradient && l2 <= tolerance.gradient ? [] : [`${parameter}: ${error}, l2 ${l2}`]
  })
}

const lossOptions = {
  samples: 1,
  prompt: { points: new Float32Array(4), labels: Int8Array.of(2, 3) },
  maskSide: 256,
  loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } },
  wholeBatch: 0,
  trained: () => true,
  embeddingGradient: false,
} as const

/** Feeds of one training step for the box of a case, but for the picture. */
async function stepFeeds(name: string, golden: MedSamLiteCase): Promise<NamedTensors> {
  const { keyPosition } = await positions
  const target = float32([1, 1, config.resolution, config.resolution], caseArray(`${name}.gt256`))
  const own = {
    ...casePrompt(golden, 'box'),
    target,
    weight: float32([], [1]),
    bestOnly: float32([1, 1], [0]),
  }
  return { ...feeds, ...own, ...(keyPosition ? { keyPosition } : {}) }
}

/** The whole model in one graph. */
async function gradientsInOne(engine: Engine, name: string, golden: MedSamLiteCase): Promise<NamedTensors> {
  const program = await engine.compile(trainingGraph(config, { ...lossOptions, encoder: true }))
  return program.run({ ...(await stepFeeds(name, golden)), image: caseImage(name) })
}

/** The encoder piece by piece, which recomputes within each. */
async function gradientsInPieces(
  engine: Engine,
  name: string,
  golden: MedSamLiteCase,
): Promise<NamedTensors> {
  const encoder = new ImageEncoder(engine, config, parameters)
  const options = { ...lossOptions, encoder: false, embeddingGradient: true }
  const program = await engine.compile(trainingGraph(config, options))
  const { embedding, kept } = await encoder.forwardKeeping(caseImage(name))
  const results = await program.run({ ...(await stepFeeds(name, golden)), embedding })
  const sums = parameters.zerosLike()
  const embeddingGradient = results[gradientName('embedding')]
  if (embeddingGradient) await encoder.backward(kept, embeddingGradient, new GradientSink(sums))
  const names = parameterNames.filter(parameter => parameter.startsWith('image_encoder.'))
  const ofEncoder = names.map(parameter => [gradientName(parameter), sums.get(parameter)] as const)
  return { ...results, ...Object.fromEntries(ofEncoder) }
}

async function expectGolden(name: string, compute: typeof gradientsInOne): Promise<void> {
  const golden = cases[name]
  if (!golden) throw new Error(`there is no case ${name}`)
  const engine = new OnnxRuntimeEngine({ threads: 2 })
  const results = await compute(engine, name, golden)
  await engine.dispose()

  expect(results['dice']?.data[0]).toBeCloseTo(golden.loss.dice, 5)
  expect(results['crossEntropy']?.data[0]).toBeCloseTo(golden.loss.bce, 5)
  expect(results['jointIou']?.data[0]).toBeCloseTo(golden.loss.iou_target, 5)
  expect(results['total']?.data[0]).toBeCloseTo(golden.loss.total, 5)
  const gradients = fixtureJson(`8-medsam-lite/${name}.grad.json`) as GradientFixture
  expect(Object.keys(gradients)).toHaveLength(parameterNames.length)
  expect(gradientFailures(gradients, results)).toEqual([])
}

describe('the gradients of MedSAM-Lite', () => {
  for (const name of Object.keys(cases)) {
    it(`agree with PyTorch for every parameter in ${name}`, () => expectGolden(name, gradientsInPieces))
  }

  // One case is enough: the layers are the same, and the whole takes gigabytes
  it('agree with PyTorch in one graph too', () => expectGolden('fetal-head-us', gradientsInOne))

  it('were compared with every file of the group', () => {
    expect(unopenedFixtures('8-medsam-lite')).toEqual([])
  })
})

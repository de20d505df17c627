import { afterAll, describe, expect, it } from 'vitest'
import { preprocessImage } from '../../src/core/imaging/preprocess'
import { resizeCubic } from '../../src/core/imaging/resize-cubic'
import type { Float32Tensor } from '../../src/core/engine'
import { configOf } from '../../src/core/models/efficient-sam/config'
import { keyPositionOf, PromptedDecoder } from '../../src/core/models/efficient-sam/decoder'
import { ImageEncoder } from '../../src/core/models/efficient-sam/encoder'
import { promptTokens } from '../../src/core/models/prompt-tokens'
import { Parameters } from '../../src/core/training/parameters'
import { officialPreprocessing } from '../../src/shared/domain/preprocessing'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import { formulaImage, formulaStateDict } from './formula-weights'
import { fixtureArray, fixtureJson, largestExcess, unopenedFixtures } from './npy-fixture'
import { encodeStages } from './staged-forward'

interface Statistics {
  readonly sum: number
  readonly abssum: number
  readonly l2: number
  readonly sample: { readonly index: readonly number[]; readonly value: readonly number[] }
}
interface Manifest {
  readonly strides: { readonly embedding: number; readonly low_res: number; readonly masks: number }
  readonly cases: Record<
    string,
    {
      readonly image: string
      readonly points: readonly (readonly (readonly [number, number])[])[][]
      readonly labels: readonly (readonly number[])[][]
      readonly iou: readonly number[]
      readonly low_res_positive: readonly number[]
      readonly masks_positive: readonly number[]
    }
  >
  readonly encoder: Record<string, { readonly stages: Record<string, Statistics> }>
  readonly pos_embed_resized: Statistics
  readonly dense_pe: Statistics
}

const every = (data: Float32Array, stride: number): Float32Array =>
  Float32Array.from({ length: Math.ceil(data.length / stride) }, (_, k) => data[k * stride] ?? NaN)

/** Tolerances of the README: 1e-4 on the embedding; the stages before it have the same order of magnitude. */
function expectStage(name: string, actual: ArrayLike<number>, golden: Statistics): void {
  const at = golden.sample.index.map(index => actual[index] ?? NaN)
  expect(largestExcess(at, golden.sample.value), name).toBeLessThanOrEqual(1e-4)
  const data = Float64Array.from(actual)
  const sum = (of: (value: number) => number): number => data.reduce((total, value) => total + of(value), 0)
  expect(Math.abs(sum(Math.abs) / golden.abssum - 1), `${name} abssum`).toBeLessThanOrEqual(1e-5)
  expect(Math.abs(Math.sqrt(sum(value => value * value)) / golden.l2 - 1), `${name} l2`).toBeLessThanOrEqual(
    1e-5,
  )
}

describe.each(['ti', 's'] as const)('EfficientSAM-%s at 1024, formula weights', name => {
  const folder = `2-forward/${name}-1024`
  const manifest = fixtureJson(`${folder}/manifest.json`) as Manifest
  const weights = formulaStateDict(name)
  const model = {
    config: configOf(weights, name, { resolution: 1024 }),
    parameters: Parameters.from(weights),
  }
  const input = (image: string) => preprocessImage(formulaImage(image), officialPreprocessing)
  const embeddings = new Map<string, Float32Tensor>()

  it('agrees with PyTorch at every stage of the encoder', async () => {
    const { stages } = await encodeStages(input('s0:1024x1024').input, model)

    for (const [stage, golden] of Object.entries(manifest.encoder['s0_1024']?.stages ?? {})) {
      expectStage(stage, stages[`enc.${stage}`]?.data ?? [], golden)
    }
    expectStage('pos_embed', stages['enc.pos_embed_resized']?.data ?? [], manifest.pos_embed_resized)
  })

  it('gives the embeddings of PyTorch', async () => {
    const engine = new OnnxRuntimeEngine({ threads: 2 })
    const encoder = new ImageEncoder(engine, model.config, model.parameters)
    for (const image of ['s0_1024', 's0_256']) {
      const size = image.split('_')[1]
      const embedding = await encoder.forward(input(`s0:${size}x${size}`).input)
      embeddings.set(image, embedding)

      const strided = fixtureArray(`${folder}/${image}.embedding_stride251.npy`)
      expect(
        largestExcess(every(embedding.data, manifest.strides.embedding), strided.data),
      ).toBeLessThanOrEqual(1e-4)
      const means = fixtureArray(`${folder}/${image}.embedding_channel_mean.npy`)
      const own = Array.from({ length: 256 }, (_, c) =>
        embedding.data.subarray(c * 4096, (c + 1) * 4096).reduce((sum, value) => sum + value / 4096, 0),
      )
      expect(largestExcess(own, means.data)).toBeLessThanOrEqual(1e-4)
    }
    await engine.dispose()
  })

  it('gives the masks of PyTorch for box, point and both', async () => {
    const engine = new OnnxRuntimeEngine({ threads: 2 })
    const decoder = new PromptedDecoder(engine, model.config, model.parameters)
    for (const [key, golden] of Object.entries(manifest.cases)) {
      const image = key.split('.')[0] ?? ''
      const { geometry } = input(golden.image)
      const points = golden.points[0]?.[0]?.map(([x, y], i) => ({
        x,
        y,
        label: golden.labels[0]?.[0]?.[i] ?? NaN,
      }))
      const embedding = embeddings.get(image)
      if (!embedding) throw new Error(`no embedding of ${image}: the test before failed`)

      const { lowRes, predictedIou } = await decoder.decode(embedding, [
        promptTokens(points ?? [], geometry, 6),
      ])

      expect(largestExcess(predictedIou.data, golden.iou)).toBeLessThanOrEqual(1e-4)
      const strided = fixtureArray(`${folder}/${key}.low_res_stride97.npy`)
      expect(largestExcess(every(lowRes.data, manifest.strides.low_res), strided.data)).toBeLessThanOrEqual(
        2e-4,
      )
      const masks = resizeCubic(lowRes.data, [3, 256, 256], [geometry.height, geometry.width])
      const coarse = fixtureArray(`${folder}/${key}.masks_stride997.npy`)
      expect(largestExcess(every(masks, manifest.strides.masks), coarse.data)).toBeLessThanOrEqual(2e-4)
      if (key.endsWith('.box')) {
        const half = fixtureArray(`${folder}/${key}.low_res_f16.npy`)
        expect(largestExcess(lowRes.data, half.data)).toBeLessThanOrEqual(1e-2)
      }
    }
    await engine.dispose()
  })

  it('gives the position code of PyTorch', async () => {
    const engine = new OnnxRuntimeEngine({ threads: 2 })
    const { data } = await keyPositionOf(engine, model.config, model.parameters)
    await engine.dispose()
    const channelsFirst = Float32Array.from(
      data,
      (_, i) => data[(i % 4096) * 256 + Math.floor(i / 4096)] ?? NaN,
    )

    expectStage('dense_pe', channelsFirst, manifest.dense_pe)
  })

  afterAll(() => {
    expect(unopenedFixtures(folder)).toEqual([])
  })
})

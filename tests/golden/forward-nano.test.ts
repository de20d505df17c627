import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Float32Tensor } from '../../src/core/engine'
import { preprocessImage } from '../../src/core/imaging/preprocess'
import { resizeCubic } from '../../src/core/imaging/resize-cubic'
import type { SliceGeometry } from '../../src/core/imaging/geometry'
import type { EfficientSamConfig } from '../../src/core/models/efficient-sam/config'
import { configOf } from '../../src/core/models/efficient-sam/config'
import { buildDecoder } from '../../src/core/models/efficient-sam/decoder-graphs'
import { keyPositionOf, promptInputs } from '../../src/core/models/efficient-sam/decoder'
import { promptTokens } from '../../src/core/models/prompt-tokens'
import { Parameters } from '../../src/core/training/parameters'
import { float32 } from '../../src/core/tensor/tensor'
import { officialPreprocessing } from '../../src/shared/domain/preprocessing'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import { formulaImage, formulaStateDict } from './formula-weights'
import { fixtureArray, fixtureJson, largestExcess, unopenedFixtures } from './npy-fixture'
import { encodeStages, stacked } from './staged-forward'
import { runTraced } from './traced'

interface Case {
  readonly images: readonly string[]
  readonly image_shape: readonly number[]
  readonly points: readonly (readonly (readonly (readonly [number, number])[])[])[]
  readonly labels: readonly (readonly (readonly number[])[])[]
  readonly stages: Readonly<Record<string, { readonly shape: readonly number[] }>>
}

const manifest = fixtureJson('2-forward/nano/manifest.json') as { cases: Record<string, Case> }
const weights = formulaStateDict('nano')
const parameters = Parameters.from(weights)
const config: EfficientSamConfig = configOf(weights, 'nano', { resolution: 128, encoderHeads: 2 })

/** Tolerances of the fixtures' README, group 2. */
function allowed(stage: string): { absolute: number; relative: number } {
  if (stage === 'out.iou' || stage === 'dec.iou_all') return { absolute: 5e-6, relative: 0 }
  if (stage.startsWith('out.') || stage === 'dec.masks_all') return { absolute: 1e-4, relative: 1e-4 }
  return { absolute: 2e-5, relative: 0 }
}

async function runCase(name: string, keyPosition: Float32Tensor): Promise<Record<string, Float32Tensor>> {
  const golden = manifest.cases[name] as Case
  const inputs = golden.images.map(spec =>
    preprocessImage(formulaImage(spec), { ...officialPreprocessing, resolution: config.resolution }),
  )
  const encoded = []
  for (const { input } of inputs) encoded.push(await encodeStages(input, { config, parameters }))
  const embedding = stacked(encoded.map(image => image.embedding))
  const geometry = inputs[0]?.geometry as SliceGeometry
  const tokens = golden.points.flatMap((queries, image) =>
    queries.map((points, query) =>
      promptTokens(
        points.map(([x, y], i) => ({ x, y, label: golden.labels[image]?.[query]?.[i] ?? NaN })),
        geometry,
        config.promptTokens,
      ),
    ),
  )
  const decoded = await runTraced(
    (g, trace) => {
      const batch = {
        images: golden.images.length,
        queriesPerImage: tokens.length / golden.images.length,
        tokens: config.promptTokens,
      }
      const { lowRes, predictedIou } = buildDecoder(g, config, batch, trace)
      return { 'out.low_res': lowRes, 'out.iou': predictedIou }
    },
    {
      embedding,
      keyPosition,
      ...promptInputs(config, tokens),
      ...Object.fromEntries(parameters.stateDict()),
    },
  )
  const lowRes = decoded['out.low_res'] as Float32Tensor
  const [height, width] = golden.image_shape.slice(2) as [number, number]
  const [batch, masks, side] = lowRes.shape as [number, number, number]
  const enlarged = resizeCubic(lowRes.data, [batch * masks, side, side], [height, width])
  return {
    ...encoded[0]?.stages,
    ...decoded,
    'enc.neck3': embedding,
    'in.preprocessed': stacked(inputs.map(({ input }) => input)),
    'prompt.rescaled_points': float32(
      [tokens.length, config.promptTokens, 2],
      Float32Array.from(tokens.flatMap(token => [...token.points])),
    ),
    'out.masks': float32([batch, masks, height, width], enlarged),
  }
}

describe('EfficientSAM, nano, formula weights', () => {
  let keyPosition: Float32Tensor
  beforeAll(async () => {
    const engine = new OnnxRuntimeEngine({ threads: 1 })
    keyPosition = await keyPositionOf(engine, config, parameters)
    await engine.dispose()
  })
  afterAll(() => expect(unopenedFixtures('2-forward/nano')).toEqual([]))

  for (const [name, golden] of Object.entries(manifest.cases)) {
    it(`agrees with PyTorch at every stage of the case ${name}`, async () => {
      const results = await runCase(name, keyPosition)
      // [tokens, dim] here is [1, dim, side, side] there
      const side = config.resolution / 16
      const dense = new Float32Array(keyPosition.data.length)
      keyPosition.data.forEach((value, i) => {
        dense[(i % config.decoderDim) * side * side + Math.floor(i / config.decoderDim)] = value
      })
      results['prompt.dense_pe'] = float32([1, config.decoderDim, side, side], dense)

      const width = config.upscalingDims[1]
      for (let mask = 0; mask < config.maskTokens; mask++) {
        const all = results['dec.hyper_in']?.data.slice(mask * width, (mask + 1) * width)
        if (all) results[`dec.hyper${mask}`] = float32([1, width], all)
      }

      const failures: string[] = []
      for (const stage of Object.keys(golden.stages)) {
        const expected = fixtureArray(`2-forward/nano/${name}/${stage}.npy`)
        const actual = results[stage]?.data ?? new Float32Array()
        const { absolute, relative } = allowed(stage)
        const excess = largestExcess(
          actual.subarray(0, stage === 'prompt.rescaled_points' ? expected.data.length : undefined),
          expected.data,
          relative,
        )
        if (!(excess <= absolute)) failures.push(`${stage}: ${excess}`)
      }
      expect(failures).toEqual([])
    })
  }
})

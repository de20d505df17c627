import * as ort from 'onnxruntime-node'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { restoreMask } from '../../../../../src/core/imaging/restore'
import { exportableOf } from '../../../../../src/core/models/export/families'
import { decoderModel, encoderModel } from '../../../../../src/core/models/export/onnx-models'
import { configOf } from '../../../../../src/core/models/medsam-lite/config'
import { MedSamLiteSegmenter } from '../../../../../src/core/models/medsam-lite/segmenter'
import type { Embedding } from '../../../../../src/core/models/segmenter'
import { Parameters } from '../../../../../src/core/training/parameters'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { readManifest } from '../../../../../src/main/files/weights-manifest'
import type { Prompt } from '../../../../../src/shared/domain/prompt'
import { formulaImage } from '../../../../golden/formula-weights'
import { agreementOf } from './agreement'
import type { Query } from './exported-session'
import { batchedImages, floatsOf, promptFeeds, runExported } from './exported-session'

const folder = fileURLToPath(new URL('../../../../../weights/', import.meta.url))
const manifest = (await readManifest(folder)).find(({ id }) => id === 'medsam-lite')
const file = `${folder}${manifest?.bundled?.file ?? ''}`
const weights = readTrainingCheckpoint(readFileSync(file), file).model
const preprocessing = manifest!.preprocessing

/** As if it had been tuned with clicks; the weights are the published ones all the same. */
const model = {
  ...({ family: 'medsam-lite', preprocessing, knowsClicks: true } as const),
  config: configOf(weights, file, preprocessing.resolution),
  parameters: Parameters.from(weights),
}

// Halved, where the grey levels are exact (see picture-input.test.ts).
const picture = formulaImage('s2:360x512')
const click = (x: number, y: number) => ({ x, y, sign: 'positive' as const })
const prompts: Readonly<Record<string, { ours: Prompt; theirs: Query }>> = {
  'a box': {
    ours: { box: { x0: 40, y0: 30, x1: 170, y1: 140 }, points: [] },
    theirs: { points: [[40, 30], [170, 140]], labels: [2, 3] }, // prettier-ignore
  },
  'a lone click': {
    ours: { box: null, points: [click(120, 90)] },
    theirs: { points: [[120, 90]], labels: [1] },
  },
  'two clicks': {
    ours: { box: null, points: [click(120, 90), click(200, 60)] },
    theirs: { points: [[120, 90], [200, 60]], labels: [1, 1] }, // prettier-ignore
  },
  'a click and a red one': {
    ours: { box: null, points: [click(120, 90), { x: 200, y: 60, sign: 'negative' }] },
    theirs: { points: [[120, 90], [200, 60]], labels: [1, 0] }, // prettier-ignore
  },
}

describe('MedSAM-Lite for other programs', () => {
  const segmenter = new MedSamLiteSegmenter(new OnnxRuntimeEngine({ threads: 2 }), model)
  const exportable = exportableOf(model)
  const decoder = decoderModel(exportable, {})
  let embedding: Embedding
  let embeddings: ort.Tensor
  beforeAll(async () => {
    embedding = await segmenter.embed(picture)
    const encoder = encoderModel(exportable, {})
    const outputs = await runExported(encoder, { batched_images: batchedImages(picture) })
    embeddings = outputs['image_embeddings'] as ort.Tensor
  })
  afterAll(() => segmenter.dispose())

  it('makes our embedding of pixels alone', () => {
    expect(embeddings.dims).toEqual(embedding.features.shape)
    expect(agreementOf(embedding.features.data, floatsOf(embeddings)).relative).toBeLessThan(1e-4)
  })

  it.each(Object.keys(prompts))('answers %s with our mask', async name => {
    const { ours, theirs } = prompts[name]!
    const proposal = await segmenter.segment(embedding, ours)
    const best = proposal.candidates[0]!
    const logits = restoreMask(best.lowRes.data, embedding.geometry)

    const outputs = await runExported(decoder, {
      image_embeddings: embeddings,
      orig_im_size: new ort.Tensor('int64', [360n, 512n], [2]),
      ...promptFeeds([theirs]),
    })

    expect(outputs['output_masks']?.dims).toEqual([1, 1, 1, 360, 512])
    expect(floatsOf(outputs['iou_predictions'])[0]).toBeCloseTo(proposal.predictedIou, 4)
    const { relative, pixels } = agreementOf(logits, floatsOf(outputs['output_masks']))
    expect(relative).toBeLessThan(1e-4)
    expect(pixels).toBe(0)
  })

  it('says that it takes boxes only until it is tuned with clicks', () => {
    expect(exportable.prompts).toContain('click')
    expect(exportableOf({ ...model, knowsClicks: false }).prompts).toBe('a box (labels 2 and 3)')
  })
})

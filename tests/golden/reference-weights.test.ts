import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { countOverlap, dice } from '../../src/core/metrics'
import { EfficientSamSegmenter } from '../../src/core/models/efficient-sam/segmenter'
import { decodeRuns } from '../../src/shared/masks/rle'
import { readImageFile } from '../../src/main/codecs'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import { openModel } from '../../src/main/models/open-model'
import { fixtureArray, fixtureJson, fixtureUrl, largestExcess } from './npy-fixture'

interface Item {
  readonly image: string
  readonly efficientsam_ti: {
    readonly points: readonly [[number, number], [number, number]]
    readonly low_res_logits: string
    readonly image_embedding: string
    readonly iou_predictions: readonly number[]
    readonly chosen: number
    readonly mask_rle: { readonly counts: readonly number[] }
  }
}
const { items } = fixtureJson('weights-reference/reference.json') as { items: readonly Item[] }

/**
 * What PyTorch computes with the float32 weights, against the bundled float16 file. A file given as
 * SLICETUNE_REFERENCE_WEIGHTS (the float32 original) is held to float32 noise instead.
 */
const original = process.env['SLICETUNE_REFERENCE_WEIGHTS']
const tolerance = original
  ? { embedding: 1e-4, logits: 2e-3, pixels: 0 }
  : { embedding: 0.02, logits: 0.15, pixels: 0.001 }

describe('the bundled weights', () => {
  for (const item of items) {
    const name = item.image.includes('fetal') ? 'fetal' : 'nuclei'
    it(`answer as PyTorch does on the reference slice ${name}`, async () => {
      const { model } = await openModel(original ?? 'efficientsam-ti-medical')
      if (model.family !== 'efficient-sam') throw new Error('these are the weights of an EfficientSAM')
      const engine = new OnnxRuntimeEngine({ threads: 2 })
      // The reference was computed on pixels / 255, without the stretch that the model usually gets.
      const preprocessing = { ...model.preprocessing, resolution: 256, intensity: 'unit' as const }
      const config = { ...model.config, resolution: 256 }
      const segmenter = new EfficientSamSegmenter(engine, { ...model, config, preprocessing })
      const stem = item.image.split('/').at(-1) ?? ''
      const folder =
        name === 'fetal' ? '../../resources/sample/fetal-head-us/val/images' : 'weights-reference'
      const file = fileURLToPath(fixtureUrl(`${folder}/${stem}`))
      const { pixels } = await readImageFile(file, 'image')
      const [[x0, y0], [x1, y1]] = item.efficientsam_ti.points

      const embedding = await segmenter.embed(pixels)
      const proposal = await segmenter.segment(embedding, { box: { x0, y0, x1, y1 }, points: [] })

      const reference = item.efficientsam_ti
      const path = (reference_: string): string => `weights-reference/${reference_.replace('reference/', '')}`
      expect(
        largestExcess(embedding.features.data, fixtureArray(path(reference.image_embedding)).data),
      ).toBeLessThan(tolerance.embedding)
      const logits = fixtureArray(path(reference.low_res_logits)).data
      const best = logits.subarray(reference.chosen * 4096, (reference.chosen + 1) * 4096)
      expect(largestExcess(proposal.candidates[0]?.lowRes.data ?? [], best)).toBeLessThan(tolerance.logits)
      expect(proposal.predictedIou).toBeCloseTo(reference.iou_predictions[reference.chosen] ?? NaN, 2)
      const mask = decodeRuns(reference.mask_rle.counts, proposal.mask.data.length)
      const differing = mask.reduce((sum, value, i) => sum + Number(value !== proposal.mask.data[i]), 0)
      expect(differing / mask.length).toBeLessThanOrEqual(tolerance.pixels)
      const published = await readImageFile(
        fileURLToPath(fixtureUrl(`weights-reference/efficientsam_ti_${name}_mask.png`)),
        'labels',
      )
      expect(
        dice(
          countOverlap(
            Uint8Array.from(published.pixels.data as ArrayLike<number>, value => Number(value > 0)),
            mask,
          ),
        ),
      ).toBe(1)
      await engine.dispose()
    })
  }
})

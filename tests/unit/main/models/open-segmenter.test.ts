import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { boxOfMask } from '../../../../src/core/imaging/box'
import { countOverlap, dice } from '../../../../src/core/metrics'
import { loadSlice } from '../../../../src/main/datasets'
import { openSegmenter } from '../../../../src/main/models/open-segmenter'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'

const heads = fileURLToPath(new URL('../../../../resources/sample/fetal-head-us/val/', import.meta.url))
const record = {
  ...{ id: 'head', name: 'head', group: 'head', split: null, sliceIndex: null, axis: null, spacingMm: null },
  imageFile: `${heads}images/427_HC.png`,
  maskFile: `${heads}masks/427_HC.png`,
}

describe('MedSAM-Lite', async () => {
  const { segmenter } = await openSegmenter('medsam-lite', () => new OnnxRuntimeEngine({ threads: 2 }))
  afterAll(() => segmenter.dispose())
  const { image, labels } = await loadSlice(record)
  const [height = 0, width = 0] = labels.shape
  const truth = Uint8Array.from(labels.data, label => Number(label > 0))

  test('outlines a head in its box as its published figure says', async () => {
    const embedding = await segmenter.embed(image)
    const { mask } = await segmenter.segment(embedding, { box: boxOfMask(truth, height, width), points: [] })

    // 0.964 on the ten validation heads with exact boxes
    expect(mask.shape).toEqual([height, width])
    expect(dice(countOverlap(mask.data, truth))).toBeGreaterThan(0.93)
  })

  test('takes no clicks, with which it was not trained', async () => {
    const embedding = await segmenter.embed(image)
    const click = { box: null, points: [{ x: 1, y: 1, sign: 'positive' as const }] }

    await expect(segmenter.segment(embedding, click)).rejects.toMatchObject({ code: 'PROMPT_NOT_OFFERED' })
  })
})

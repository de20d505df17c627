import { afterAll, expect, test } from 'vitest'
import { float32, tensor } from '../../../../src/core/tensor/tensor'
import type { Embedding, Proposal } from '../../../../src/core/models/segmenter'
import type { Prompt } from '../../../../src/shared/domain/prompt'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { stabilityOf } from '../../../../src/main/inference/candidate-masks'
import { foundOnSlice } from '../../../../src/main/inference/found-on-slice'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { BoxSegmenter, filledBox, greyOf, plainFinder } from '../support/plain-finder'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

const box = { x0: 16, y0: 16, x1: 31, y1: 35 }
const image = tensor(
  'uint8',
  [64, 64],
  filledBox(box, 64, 64).map(pixel => pixel * greyOf[0]),
)

/** Sure of the left half of what it draws, and only just of the right one. */
class HalfSureSegmenter extends BoxSegmenter {
  override async segment(embedding: Embedding, prompt: Prompt): Promise<Proposal> {
    const proposal = await super.segment(embedding, prompt)
    const lowRes = float32(
      [16, 16],
      Float32Array.from({ length: 256 }, (_, at) => (at % 16 < 8 ? 5 : 0.2)),
    )
    return { ...proposal, candidates: [{ lowRes, predictedIou: proposal.predictedIou }] }
  }
}

test('what the finder sees comes as runs, with how stable each mask is', async () => {
  const segmenter = new HalfSureSegmenter([box])
  const embedding = await segmenter.embed(image)

  const { objects, probablyEmpty } = await foundOnSlice({
    ...{ segmenter, finder: plainFinder(engine, [1]), embedding, neighbours: [] },
  })

  expect(probablyEmpty).toBe(false)
  expect(objects).toHaveLength(1)
  const [object] = objects
  expect(object).toMatchObject({ label: 1, fromNeighbour: false })
  expect(decodeRuns(object?.runs ?? [], 64 * 64)).toEqual(filledBox(object?.box ?? box, 64, 64))
  expect(object?.areaPx).toBeGreaterThan(16 * 20 - 1)
  expect(object?.stability).toBeGreaterThan(0.45)
  expect(object?.stability).toBeLessThan(0.55)
})

test('objects of the slice before compete with what the finder sees', async () => {
  const segmenter = new BoxSegmenter([box])
  const embedding = await segmenter.embed(image)
  const before = { label: 1, box, predictedIou: 1, stability: null, fromNeighbour: false }
  const neighbours = [{ ...before, runs: encodeRuns(filledBox(box, 64, 64)), areaPx: 320 }]

  await foundOnSlice({ segmenter, finder: plainFinder(engine, [1]), embedding, neighbours })

  expect(segmenter.boxes).toContainEqual({ x0: 14, y0: 14, x1: 33, y1: 37 })
})

test('a mask is as stable as the part of it that a higher threshold leaves', () => {
  expect(stabilityOf(Float32Array.of(5, 1, 0.5, -0.5, -1, -1.1))).toBe(2 / 5)
  expect(stabilityOf(Float32Array.of(-2, -3))).toBeNull()
})

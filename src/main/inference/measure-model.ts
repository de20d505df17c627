import type { Segmenter } from '../../core/models/segmenter'
import { tensor } from '../../core/tensor/tensor'
import type { InferenceAnswers } from '../workers/inference-contract'

const side = 512
const decodes = 5

/** Encodes and decodes a picture of its own, after a first time in which everything is compiled. */
export async function measureModel(segmenter: Segmenter): Promise<InferenceAnswers['measure']> {
  const picture = brightDisc()
  const prompt = { box: { x0: 150, y0: 150, x1: 361, y1: 361 }, points: [] }
  await segmenter.segment(await segmenter.embed(picture), prompt)
  const start = performance.now()
  const embedding = await segmenter.embed(picture)
  const secondsPerSlice = (performance.now() - start) / 1000
  const times: number[] = []
  for (let round = 0; round < decodes; round++) {
    const begun = performance.now()
    await segmenter.segment(embedding, prompt)
    times.push(performance.now() - begun)
  }
  times.sort((a, b) => a - b)
  return { secondsPerSlice, millisecondsPerMask: times[Math.floor(decodes / 2)] ?? NaN }
}

function brightDisc(): ReturnType<typeof tensor<'uint8'>> {
  const pixels = Uint8Array.from({ length: side * side }, (_, index) => {
    const [x, y] = [(index % side) - side / 2, Math.floor(index / side) - side / 2]
    return Math.hypot(x, y) < 100 ? 200 : 60
  })
  return tensor('uint8', [side, side], pixels)
}

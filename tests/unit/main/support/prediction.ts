import { join } from 'node:path'
import { predict } from '../../../../src/main/jobs/predict'
import { StopFlag } from '../../../../src/main/workers/stop-flag'
import type { JobEvent } from '../../../../src/shared/domain/events'
import { PredictOptions } from '../../../../src/shared/domain/prediction'
import { eventsOf, pngWith } from './folders'
import { contextWith, ThresholdSegmenter } from './threshold-segmenter'

/** Two bright rectangles on 40 x 30 pixels. */
export const image = pngWith(40, 30, [200, 5, 5, 14, 14], [90, 20, 20, 29, 24])

/** Runs predict on `images` into `out`, both inside a folder. */
export function runPredict(
  folder: string,
  more: Partial<PredictOptions>,
  segmenter = new ThresholdSegmenter(),
  stop = new StopFlag(),
) {
  const options = PredictOptions.parse({ images: join(folder, 'images'), out: join(folder, 'out'), ...more })
  return eventsOf(predict(options, contextWith(segmenter, stop)))
}

/** What was left out, with paths from inside the folder. */
export function skippedOf(events: readonly JobEvent[], folder: string) {
  return events.flatMap(event =>
    event.event === 'skipped'
      ? [{ code: event.code, message: event.message.replaceAll(`${folder}/`, '') }]
      : [],
  )
}

/** Asks it to stop while it encodes its second plane. */
export class StoppingSegmenter extends ThresholdSegmenter {
  readonly stop = new StopFlag()
  #planes = 0

  override embed(plane: Parameters<ThresholdSegmenter['embed']>[0]) {
    if (++this.#planes === 2) this.stop.request()
    return super.embed(plane)
  }
}

/** The smallest NIfTI-1 volume of float32 values, spacing 1 x 2 x 3 mm, with an sform. */
export function volume(
  x: number,
  y: number,
  z: number,
  at: (x: number, y: number, z: number) => number,
): Uint8Array {
  const bytes = new Uint8Array(352 + 4 * x * y * z)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 348, true)
  ;[3, x, y, z, 1, 1, 1, 1].forEach((size, index) => view.setInt16(40 + 2 * index, size, true))
  view.setInt16(70, 16, true)
  view.setInt16(72, 32, true)
  ;[1, 1, 2, 3].forEach((spacing, index) => view.setFloat32(76 + 4 * index, spacing, true))
  view.setFloat32(108, 352, true)
  view.setFloat32(112, 1, true)
  view.setInt16(254, 2, true)
  ;[-1, 0, 0, 7].forEach((value, index) => view.setFloat32(280 + 4 * index, value, true))
  bytes.set(new TextEncoder().encode('n+1'), 344)
  for (let index = 0; index < x * y * z; index++) {
    const value = at(index % x, Math.floor(index / x) % y, Math.floor(index / (x * y)))
    view.setFloat32(352 + 4 * index, value, true)
  }
  return bytes
}

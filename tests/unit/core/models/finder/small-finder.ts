import { float32 } from '../../../../../src/core/tensor/tensor'
import { random } from '../../../../../src/core/random'
import type { SliceGeometry } from '../../../../../src/core/imaging/geometry'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import { coarseTarget } from '../../../../../src/core/models/finder/coarse-target'
import type { FinderConfig } from '../../../../../src/core/models/finder/config'
import { mapSide } from '../../../../../src/core/models/finder/config'
import type { FinderSample } from '../../../../../src/core/models/finder/train-finder'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Box } from '../../../../../src/shared/domain/prompt'

export const smallConfig: FinderConfig = { channels: 8, side: 8, hidden: 16, upscale: 2, classes: 2 }

/** Square slices of 64 pixels, so that a cell of the embedding is 8 of them and one of the map 4. */
export const geometry: SliceGeometry = sliceGeometry(64, 64, { ...officialPreprocessing, resolution: 64 })

export interface DrawnSample extends FinderSample {
  /** By label, where the slice has it */
  readonly boxes: ReadonlyMap<number, Box>
}

/**
 * A slice with up to two objects, and an embedding as an encoder would make it: two directions in the space of the
 * channels say how much of a cell each class covers, the rest is noise.
 *
 * @param present - label values 1 and 2 that it has
 */
export function drawnSample(key: number, present: readonly number[]): DrawnSample {
  const generator = random(7, 'drawn', key)
  const labels = new Int32Array(64 * 64)
  const boxes = new Map<number, Box>()
  for (const label of present) {
    const [width, height] = [generator.integer(14, 24), generator.integer(14, 24)]
    // The classes keep to their halves, so that neither covers the other.
    const x0 = (label - 1) * 32 + generator.integer(0, 31 - width)
    const y0 = generator.integer(0, 63 - height)
    const box = { x0, y0, x1: x0 + width - 1, y1: y0 + height - 1 }
    for (let y = y0; y <= box.y1; y++) labels.fill(label, y * 64 + x0, y * 64 + box.x1 + 1)
    boxes.set(label, box)
  }
  const classes = [{ label: 1 }, { label: 2 }]
  const target = coarseTarget(labels, geometry, { side: mapSide(smallConfig), classes })
  const cells = coarseTarget(labels, geometry, { side: smallConfig.side, classes }).cells
  const area = smallConfig.side ** 2
  const data = Float32Array.from({ length: smallConfig.channels * area }, (_, at) => {
    const [channel, cell] = [Math.floor(at / area), at % area]
    const share =
      (cells[cell] ?? 0) * Math.cos(channel) + (cells[area + cell] ?? 0) * Math.sin(2 * channel + 1)
    return 3 * share + 0.3 * (generator.uniform() - 0.5) + Math.sin(5 * channel)
  })
  const embedding = float32([1, smallConfig.channels, smallConfig.side, smallConfig.side], data)
  const load = (): ReturnType<FinderSample['load']> => Promise.resolve({ embedding, target })
  return { group: `group ${key}`, geometry, boxes, load }
}

/** Of `count` slices each fourth is empty, each fourth has the first class only. */
export const drawnSamples = (count: number, from = 0): DrawnSample[] =>
  Array.from({ length: count }, (_, index) =>
    drawnSample(from + index, [[1, 2], [], [1], [1, 2]][index % 4] ?? []),
  )

/** The last value of a generator, and all that it told on the way. */
export async function played<Event, Result>(
  steps: AsyncGenerator<Event, Result>,
): Promise<{ events: Event[]; result: Result }> {
  const events: Event[] = []
  for (;;) {
    const next = await steps.next()
    if (next.done === true) return { events, result: next.value }
    events.push(next.value)
  }
}

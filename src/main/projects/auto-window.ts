import { percentile } from '../../core/percentile'
import type { DataOf } from '../../core/tensor/dtype'
import type { SampleType } from '../../shared/domain/slice'
import type { WindowLevel } from '../../shared/domain/window-level'

export interface ValueRange {
  readonly range: readonly [number, number]
  readonly autoWindow: WindowLevel
}

/** Percentiles between which the automatic window lies: a few hot or dead pixels do not decide it. */
const [lowest, highest] = [0.5, 99.5]

/** Values that are sorted; of more, every so many. A window needs no more, and 2048 x 2048 would take half a second. */
const mostSorted = 2 ** 18

/**
 * Smallest and largest value, and the window that shows the middle 99 % of them.
 *
 * @param values - finite, at least one
 */
export function windowOf(values: DataOf[SampleType]): ValueRange {
  const step = Math.ceil(values.length / mostSorted)
  const ascending = new Float64Array(Math.ceil(values.length / step))
  let [low, high] = [Infinity, -Infinity]
  for (let at = 0; at < values.length; at++) {
    // at < length
    const value = values[at]!
    if (value < low) low = value
    if (value > high) high = value
    if (at % step === 0) ascending[at / step] = value
  }
  ascending.sort()
  const [black, white] = [percentile(ascending, lowest), percentile(ascending, highest)]
  // LINEAR of DICOM puts black at centre - width / 2 and white at centre + width / 2 - 1.
  return { range: [low, high], autoWindow: { centre: (black + white + 1) / 2, width: white - black + 1 } }
}

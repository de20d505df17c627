import { percentile } from '../../core/percentile'
import type { DataOf } from '../../core/tensor/dtype'
import type { SampleType } from '../../shared/domain/slice'
import type { WindowLevel } from '../../shared/domain/window-level'

export interface ValueRange {
  readonly range: readonly [number, number]
  readonly autoWindow: WindowLevel
  /** Whether all are whole numbers, whatever their type: windows lie differently on those */
  readonly isWhole: boolean
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
  return isCounted(values) ? windowByCount(values) : windowBySorting(values)
}

type Counted = Uint8Array | Int8Array | Uint16Array | Int16Array

/** Of few different values each is counted: a plane of a CT is scrolled past in less time than its values are sorted. */
const isCounted = (values: DataOf[SampleType]): values is Counted =>
  values.BYTES_PER_ELEMENT <= 2 && values.length > 4096

function windowByCount(values: Counted): ValueRange {
  const offset = values instanceof Int16Array ? 32_768 : values instanceof Int8Array ? 128 : 0
  const counts = new Uint32Array(2 ** (8 * values.BYTES_PER_ELEMENT))
  // All indices lie inside: hence the `!`.
  for (let at = 0; at < values.length; at++) counts[values[at]! + offset]!++
  const low = counts.findIndex(count => count > 0) - offset
  const high = counts.findLastIndex(count => count > 0) - offset
  const [black, white] = [lowest, highest].map(percent => {
    // The two ranks that a percentile lies between, and where between them.
    const rank = ((values.length - 1) * percent) / 100
    const ends = [Math.floor(rank), Math.ceil(rank)].map(end => valueAt(counts, end) - offset)
    return percentile([...ends], 100 * (rank - Math.floor(rank)))
  })
  return {
    range: [low, high],
    autoWindow: windowBetween(black ?? low, white ?? high, true),
    isWhole: true,
  }
}

/** The index under which the value of a rank was counted, from the smallest on. */
function valueAt(counts: Uint32Array, rank: number): number {
  let seen = 0
  return counts.findIndex(count => (seen += count) > rank)
}

function windowBySorting(values: DataOf[SampleType]): ValueRange {
  const step = Math.ceil(values.length / mostSorted)
  const ascending = new Float64Array(Math.ceil(values.length / step))
  let [low, high, isWhole] = [Infinity, -Infinity, true]
  for (let at = 0; at < values.length; at++) {
    // at < length
    const value = values[at]!
    if (value < low) low = value
    if (value > high) high = value
    if (isWhole && !Number.isInteger(value)) isWhole = false
    if (at % step === 0) ascending[at / step] = value
  }
  ascending.sort()
  const [black, white] = [percentile(ascending, lowest), percentile(ascending, highest)]
  return { range: [low, high], autoWindow: windowBetween(black, white, isWhole), isWhole }
}

/** The other way round of `windowFraction`: LINEAR of DICOM for whole numbers counts both ends, LINEAR_EXACT measures. */
function windowBetween(black: number, white: number, isWhole: boolean): WindowLevel {
  if (isWhole) return { centre: (black + white + 1) / 2, width: white - black + 1 }
  return { centre: (black + white) / 2, width: Math.max(white - black, Number.EPSILON) }
}

import { percentile } from '../percentile'
import type { AreaTensor } from './picture'

/** What the original script divides by at least, so that a constant image becomes zeros. */
const leastRange = 1e-8

/**
 * Stretches the values so that they span [0, 1], as the original script: float32 images in float32, all others
 * in float64 (integer differences never wrap, unlike in NumPy).
 *
 * @returns float32, same order; a constant image gives zeros
 */
export function minMax(image: AreaTensor): Float32Array {
  const [least, most] = rangeOf(image.data)
  if (image.dtype !== 'float32') {
    const range = Math.max(most - least, leastRange)
    return mapped(image.data, value => (value - least) / range)
  }
  const range = Math.max(Math.fround(most - least), Math.fround(leastRange))
  return mapped(image.data, value => Math.fround(value - least) / range)
}

/** Percentiles between which a scanner's value range is spread over [0, 1]; the tails are clipped. */
const windowPercentiles = [0.5, 99.5] as const

/**
 * The windowed value: 8-bit images keep their scale (v / 255), every other type is spread between its 0.5th and
 * 99.5th percentile and clipped, because its values have no common unit.
 *
 * @returns float32 in [0, 1]; a constant image of another type than uint8 gives zeros
 */
export function windowed(image: AreaTensor): Float32Array {
  if (image.dtype === 'uint8') return mapped(image.data, value => value / 255)
  const sorted = new Float64Array(image.data).sort()
  let [low, high] = windowPercentiles.map(percent => percentile(sorted, percent)) as [number, number]
  // A small bright object on an even ground can lie wholly in the tail.
  if (high <= low) [low, high] = rangeOf(image.data)
  const range = high - low
  if (!(range > 0)) return new Float32Array(image.data.length)
  return mapped(image.data, value => Math.min(1, Math.max(0, (value - low) / range)))
}

function mapped(values: ArrayLike<number>, change: (value: number) => number): Float32Array {
  const result = new Float32Array(values.length)
  // index < length
  for (let index = 0; index < result.length; index++) result[index] = change(values[index]!)
  return result
}

function rangeOf(values: ArrayLike<number>): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (let index = 0; index < values.length; index++) {
    // index < length
    const value = values[index]!
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

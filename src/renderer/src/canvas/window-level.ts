import type { WindowLevel } from '../../../shared/domain/window-level'
import { windowFraction } from '../../../shared/geometry/window-fraction'
import type { Samples } from './samples'

/** Grey of a value: 0 (black) to 255 (white). */
export type Shade = (value: number) => number

/** @param isWhole - whether the slice's values are whole numbers; see `windowFraction` */
export function shadeOf(window: WindowLevel, isWhole = true): Shade {
  const fraction = windowFraction(window, isWhole)
  return value => Math.round(fraction(value) * 255)
}

/** Values that a table can hold: those of samples of up to 16 bits. */
const tables = new Map<string, { readonly first: number; readonly size: number }>([
  ['Uint8Array', { first: 0, size: 256 }],
  ['Int8Array', { first: -128, size: 256 }],
  ['Uint16Array', { first: 0, size: 65536 }],
  ['Int16Array', { first: -32768, size: 65536 }],
])

/**
 * Paints a slice through a window.
 *
 * @param samples - [height, width, channels]
 * @param channels - 1 grey or 3 colour; the window is applied to each
 * @param out - RGBA, [height, width]; opaque afterwards
 */
export function paintWindow(
  samples: Samples,
  channels: 1 | 3,
  window: WindowLevel,
  out: Uint8ClampedArray,
): void {
  const range = tables.get(samples.constructor.name)
  const shade = shadeOf(window, range !== undefined || samples.every(Number.isInteger))
  if (range === undefined) return fill(samples, channels, shade, out)
  const table = new Uint8Array(range.size)
  for (let i = 0; i < range.size; i++) table[i] = shade(i + range.first)
  fill(samples, channels, value => table[value - range.first] ?? 0, out)
}

function fill(samples: Samples, channels: 1 | 3, shade: Shade, out: Uint8ClampedArray): void {
  // Every index stays below out.length / 4 * channels = samples.length: hence the `!`.
  for (let to = 0, from = 0; to < out.length; to += 4, from += channels) {
    const red = shade(samples[from]!)
    out[to] = red
    out[to + 1] = channels === 1 ? red : shade(samples[from + 1]!)
    out[to + 2] = channels === 1 ? red : shade(samples[from + 2]!)
    out[to + 3] = 255
  }
}

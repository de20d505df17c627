import { encode } from 'fast-png'
import { numbersOf } from '../../core/imaging/picture'
import type { Tensor } from '../../core/tensor/tensor'
import { invariant } from '../../shared/errors'

/** A slice ready to be shown: 8 bits, one grey or three colour channels, interleaved. */
export interface DisplayImage {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
  readonly bytes: Uint8Array
}

/**
 * Makes a slice visible: bytes stay as they are, other numbers are stretched from their least to their greatest.
 *
 * @param image - [height, width], [height, width, 1 | 3 | 4] (a fourth channel is left out) or, as the model sees
 *   it, [3, height, width]; pixels that are not finite are drawn black
 */
export function displayImage(image: Tensor): DisplayImage {
  const { height, width, channels, at } = layoutOf(image.shape)
  const values = numbersOf(image)
  const stretch = image.dtype === 'uint8' ? (value: number): number => value : stretchOf(values)
  const shown = channels >= 3 ? 3 : 1
  const bytes = new Uint8Array(height * width * shown)
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (let channel = 0; channel < shown; channel++) {
      bytes[pixel * shown + channel] = stretch(values[at(pixel, channel)] ?? NaN)
    }
  }
  return { height, width, channels: shown, bytes }
}

/** As an address that an SVG image element takes. */
export function dataUrl({ height, width, channels, bytes }: DisplayImage): string {
  const png = encode({ width, height, channels, depth: 8, data: bytes })
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}

interface Layout {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly at: (pixel: number, channel: number) => number
}

function layoutOf(shape: readonly number[]): Layout {
  const [first = 0, second = 0, third] = shape
  if (third === undefined && shape.length === 2)
    return { height: first, width: second, channels: 1, at: p => p }
  invariant(
    shape.length === 3 && third !== undefined,
    `a slice of shape [${shape.join(', ')}] cannot be drawn`,
  )
  if (third <= 4) {
    return { height: first, width: second, channels: third, at: (pixel, channel) => pixel * third + channel }
  }
  invariant(
    first === 1 || first === 3,
    `a slice of shape [${shape.join(', ')}] has neither one nor three channels`,
  )
  return {
    height: second,
    width: third,
    channels: first,
    at: (pixel, channel) => channel * second * third + pixel,
  }
}

/** Least to 0, greatest to 255; a constant image is black. */
function stretchOf(values: Float64Array): (value: number) => number {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const scale = high > low ? 255 / (high - low) : 0
  return value => (Number.isFinite(value) ? Math.round((value - low) * scale) : 0)
}

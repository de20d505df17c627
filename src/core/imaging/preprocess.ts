import type { Preprocessing } from '../../shared/domain/preprocessing'
import type { Tensor } from '../tensor/tensor'
import { tensor } from '../tensor/tensor'
import type { Flip } from './flip'
import { flipped } from './flip'
import type { SliceGeometry } from './geometry'
import { sliceGeometry } from './geometry'
import { minMax, windowed } from './normalise'
import { padToSquare } from './pad'
import type { AreaTensor } from './picture'
import { pictureSize, toAreaType, withoutAlpha } from './picture'
import { resizeArea } from './resize-area'
import { resizeLinear } from './resize-linear'
import { resizeNearest } from './resize-nearest'

export interface ModelInput {
  /** [1, 3, resolution, resolution] */
  readonly input: Tensor<'float32'>
  readonly geometry: SliceGeometry
}

/**
 * Makes the model's input of a decoded slice, in the order intensity, fit, mean and std, zero padding. With `pad` and `minmax`
 * (the original script) the raw values are resized first and stretched afterwards.
 *
 * @param image - [height, width] or [height, width, 1 to 4], any number type, finite; alpha is dropped, grey repeated
 * @param flip - mirrors the fitted slice before it is padded, so that the padding stays right and below
 * @throws RangeError for another shape
 */
export function preprocessImage(image: Tensor, preprocessing: Preprocessing, flip = noFlip): ModelInput {
  const { height, width, channels } = pictureSize(image)
  if (channels < 1 || channels > 4) throw new RangeError(`A picture has 1 to 4 channels, not ${channels}`)
  const geometry = sliceGeometry(height, width, preprocessing)
  const picture = withoutAlpha(booleanAsBlackAndWhite(image))
  const fitted = preprocessing.fit === 'pad' ? padFit : stretchFit
  const planes = standardised(fitted(picture, geometry, preprocessing.intensity), preprocessing)
  const { resolution, fittedHeight, fittedWidth } = geometry
  const turned = flippedPlanes(planes, [3, fittedHeight, fittedWidth], flip)
  const square = padToSquare(turned, [3, fittedHeight, fittedWidth], resolution)
  return { input: tensor('float32', [1, 3, resolution, resolution], square), geometry }
}

/**
 * A label map or mask on the model's square, by nearest neighbour; zero outside the slice.
 *
 * @param mask - [height, width]
 * @param flip - as for the image
 * @returns [resolution, resolution]
 */
export function fitLabels<T extends Uint8Array | Int32Array>(
  mask: T,
  geometry: SliceGeometry,
  flip = noFlip,
): T {
  const { height, width, fittedHeight, fittedWidth, resolution } = geometry
  const fitted = resizeNearest<Uint8Array | Int32Array>(mask, [height, width], [fittedHeight, fittedWidth])
  const turned = flippedPlanes(fitted, [1, fittedHeight, fittedWidth], flip)
  // Resizing, mirroring and padding keep the type of what they are given.
  return padToSquare(turned, [1, fittedHeight, fittedWidth], resolution) as T
}

const noFlip: Flip = { leftRight: false, upDown: false }

function flippedPlanes<T extends Float32Array | Uint8Array | Int32Array>(
  planes: T,
  [count, height, width]: readonly [number, number, number],
  flip: Flip,
): T {
  if (!flip.leftRight && !flip.upDown) return planes
  const result = planes.slice() as T
  for (let plane = 0; plane < count; plane++) {
    const start = plane * height * width
    result.set(flipped(planes.subarray(start, start + height * width), { height, width }, flip), start)
  }
  return result
}

/** True and false are white and black, not 1 and 0 of 255. */
function booleanAsBlackAndWhite(image: Tensor): AreaTensor {
  const picture = toAreaType(image)
  if (image.dtype !== 'bool') return picture
  return {
    dtype: 'uint8',
    shape: picture.shape,
    data: Uint8Array.from(picture.data, value => (value ? 255 : 0)),
  }
}

/** @returns [3, resolution, resolution] */
function stretchFit(
  picture: AreaTensor,
  { height, width, resolution }: SliceGeometry,
  intensity: Preprocessing['intensity'],
): Float32Array {
  const values = windowed(picture)
  const bright =
    intensity === 'minmax' ? minMax({ dtype: 'float32', shape: picture.shape, data: values }) : values
  const planes = planesOf(bright, picture, [height, width])
  const channels = planes.length / (height * width)
  return threePlanes(
    resizeLinear(planes, [channels, height, width], [resolution, resolution]),
    resolution ** 2,
  )
}

/** @returns [3, fittedHeight, fittedWidth] */
function padFit(
  picture: AreaTensor,
  { fittedHeight, fittedWidth }: SliceGeometry,
  intensity: Preprocessing['intensity'],
): Float32Array {
  const size: [number, number] = [fittedHeight, fittedWidth]
  const values = intensity === 'minmax' ? minMax(resizeArea(picture, size)) : unitArea(picture, size)
  return threePlanes(planesOf(values, picture, size), fittedHeight * fittedWidth)
}

/** 8-bit images are resized as they are; others are windowed first, since rounding belongs to their own scale. */
function unitArea(picture: AreaTensor, size: [number, number]): Float32Array {
  if (picture.dtype === 'uint8') return windowed(resizeArea(picture, size))
  return Float32Array.from(
    resizeArea({ dtype: 'float32', shape: picture.shape, data: windowed(picture) }, size).data,
  )
}

/** [height, width, channels] -> [channels, height, width] */
function planesOf(values: Float32Array, picture: AreaTensor, size: readonly [number, number]): Float32Array {
  const { channels } = pictureSize(picture)
  const pixels = size[0] * size[1]
  if (channels === 1) return values
  const planes = new Float32Array(channels * pixels)
  for (let channel = 0; channel < channels; channel++) {
    // pixel * channels + channel < values.length
    for (let pixel = 0; pixel < pixels; pixel++)
      planes[channel * pixels + pixel] = values[pixel * channels + channel]!
  }
  return planes
}

function threePlanes(planes: Float32Array, pixels: number): Float32Array {
  if (planes.length === 3 * pixels) return planes
  const result = new Float32Array(3 * pixels)
  for (let channel = 0; channel < 3; channel++) result.set(planes, channel * pixels)
  return result
}

/** (value - mean) / std per channel, in float32 as torch does. */
function standardised(planes: Float32Array, { mean, std }: Preprocessing): Float32Array {
  if (!mean && !std) return planes
  const pixels = planes.length / 3
  for (let channel = 0; channel < 3; channel++) {
    const centre = Math.fround(mean?.[channel] ?? 0)
    const spread = Math.fround(std?.[channel] ?? 1)
    for (let at = channel * pixels; at < (channel + 1) * pixels; at++) {
      // at < planes.length
      planes[at] = Math.fround(planes[at]! - centre) / spread
    }
  }
  return planes
}

import type { Preprocessing } from '../../shared/domain/preprocessing'
import type { Box } from '../../shared/domain/prompt'
import type { Generator } from '../random'
import type { Tensor } from '../tensor/tensor'
import { boxOfMask, jitterBox } from './box'
import type { Flip } from './flip'
import type { SliceGeometry } from './geometry'
import { sliceGeometry } from './geometry'
import { pictureSize } from './picture'
import { fitLabels, preprocessImage } from './preprocess'

export interface SampleOptions {
  readonly preprocessing: Preprocessing
  /** Mirror left-right and up-down, each with probability 0.5 */
  readonly flips: boolean
  /** Each side of the box moves outward by 0 to this many pixels of the model's square */
  readonly boxShift: number
}

/** One training sample of the original script: a slice, one of its labels, a loose box. */
export interface Sample {
  /** [1, 3, resolution, resolution] */
  readonly input: Tensor<'float32'>
  /** 0 or 1, [resolution, resolution] */
  readonly mask: Uint8Array
  readonly label: number
  /** On the model's square, inclusive */
  readonly box: Box
  readonly flip: Flip
  readonly geometry: SliceGeometry
}

/**
 * Draws what the original script's data set returns for a slice: one label at random, flips, a loose box. Its
 * faults are mended: labels are picked before they are narrowed, 0 alone is background, flips come before the
 * padding, and the box stays within the slice.
 *
 * @param image - as for `preprocessImage`
 * @param labels - [height, width]
 * @returns null when no label survives the reduction to the model's square
 */
export function drawSample(
  image: Tensor,
  labels: Tensor<'int32'>,
  options: SampleOptions,
  generator: Generator,
): Sample | null {
  const { height, width } = pictureSize(labels)
  const geometry = sliceGeometry(height, width, options.preprocessing)
  const fitted = fitLabels(labels.data, geometry)
  const values = labelValues(fitted)
  if (values.length === 0) return null
  const label = generator.choice(values)
  const flip = options.flips ? drawFlip(generator) : { leftRight: false, upDown: false }
  const mask = fitLabels(maskOfLabel(labels.data, label), geometry, flip)
  const tight = boxOfMask(mask, geometry.resolution, geometry.resolution)
  if (!tight) return null
  const part = { height: geometry.fittedHeight, width: geometry.fittedWidth }
  const box = jitterBox(tight, options.boxShift, part, generator)
  const { input } = preprocessImage(image, options.preprocessing, flip)
  return { input, mask, label, box, flip, geometry }
}

/** The values other than 0, ascending. */
export function labelValues(labels: ArrayLike<number>): number[] {
  const values = new Set<number>()
  let last = 0
  for (let at = 0; at < labels.length; at++) {
    // at < length; labels come in runs, so most pixels repeat the last value.
    const value = labels[at]!
    if (value !== last && value !== 0) values.add(value)
    last = value
  }
  return [...values].sort((a, b) => a - b)
}

/** 1 where the map has this label, else 0. */
export function maskOfLabel(labels: ArrayLike<number>, label: number): Uint8Array {
  const mask = new Uint8Array(labels.length)
  for (let at = 0; at < mask.length; at++) mask[at] = labels[at] === label ? 1 : 0
  return mask
}

export function drawFlip(generator: Generator): Flip {
  return { leftRight: generator.uniform() > 0.5, upDown: generator.uniform() > 0.5 }
}

import { createHash } from 'node:crypto'
import type { Tensor } from '../../core/tensor/tensor'
import { numbersOf } from '../../core/imaging/picture'
import type { Inspection } from '../../shared/domain/inspection'
import { bytesOf, codecOf, decodeBytes } from './index'
import { valueBytes } from './typed-values'

/**
 * What a file holds, read as it is stored: before palettes, rescaling and windows.
 *
 * @throws AppError as reading it
 */
export async function inspectFile(file: string): Promise<Inspection> {
  const bytes = await bytesOf(file)
  const format = codecOf(bytes, file).id
  const decoded = await decodeBytes(bytes, file, 'stored')
  const { pixels, spacingMm, isReversed, scale, windows, directions, place, warnings } = decoded
  return {
    ...{ file, format, shape: [...decoded.storedShape], dtype: pixels.dtype },
    ...extremesOf(pixels),
    spacing: spacingMm && (isReversed ? [...spacingMm].reverse() : [...spacingMm]),
    affine: decoded.affine?.map(row => [...row]) ?? null,
    orientation: directions?.join('') ?? null,
    scale,
    windows: [...windows],
    series: place?.series ?? null,
    group: place?.patient ?? null,
    warnings: [...warnings],
    sha256: createHash('sha256').update(hashedBytes(pixels, format)).digest('hex'),
  }
}

/** Pillow, whose reading of PNG is the reference, keeps pictures of one bit as 0 and 255. */
function hashedBytes(pixels: Tensor, format: string): Uint8Array {
  const bytes = valueBytes(pixels, true)
  return format === 'png' && pixels.dtype === 'bool' ? bytes.map(bit => bit * 255) : bytes
}

/** Null where no value is a number. */
function extremesOf(pixels: Tensor): Pick<Inspection, 'min' | 'max'> {
  let [min, max] = [Infinity, -Infinity]
  for (const value of numbersOf(pixels)) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return min > max ? { min: null, max: null } : { min, max }
}

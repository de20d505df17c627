import { numbersOf } from '../../core/imaging/picture'
import { arrayOf } from '../../core/tensor/dtype'
import type { Shape } from '../../core/tensor/shape'
import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { directionsOf, lengthOf, lpsToRas } from './affine'
import type { AboutFile, Affine, CodecResult, DecodedFile, FileRole } from './codec'
import { completed } from './codec'
import { dicom } from './dicom'
import { sameDirection } from './dicom-geometry'
import { readBytes } from './file-bytes'
import { aboutOf } from './large-volume'

/**
 * One volume of slices in a file each.
 *
 * @param files - in the order of the slices
 * @throws AppError what reading one of them can meet; UNUSABLE_SLICE where one has another size or type
 */
export async function readSeries(files: readonly string[], role: FileRole): Promise<CodecResult> {
  const slices: DecodedFile[] = []
  for (const file of files) {
    const slice = await readSlice(await readBytes(file), file, role)
    refuseOtherShape(slice.pixels.shape, slices[0]?.pixels.shape, file)
    slices.push(slice)
  }
  const { about, isScaled } = aboutSlices(slices.map(aboutOf))
  const { dtype, shape, ...rest } = about
  const [, ...plane] = shape
  const size = sizeOf(plane)
  const all = new arrayOf[dtype](sizeOf(shape))
  // All slices have one type, and DICOM has no integers of 64 bits.
  slices.forEach((slice, index) => {
    ;(all as Float64Array).set(planeValues(slice, isScaled).data as Float64Array, index * size)
  })
  return { ...rest, pixels: tensor(dtype, shape, all) }
}

/** One slice in its own file. @throws AppError what reading it can meet, UNUSABLE_SLICE */
export async function readSlice(bytes: Uint8Array, file: string, role: FileRole): Promise<DecodedFile> {
  const slice = completed(await dicom.read(bytes, file, role))
  if (slice.kind === 'picture') return slice
  throw new AppError('UNUSABLE_SLICE', { file, reason: 'it holds several slices where one is needed' })
}

/** @throws AppError UNUSABLE_SLICE */
export function refuseOtherShape(shape: Shape, first: Shape | undefined, file: string): void {
  if (first === undefined || shape.join() === first.join()) return
  const reason = `it measures ${shape.join(' x ')}, the slices before it ${first.join(' x ')}`
  throw new AppError('UNUSABLE_SLICE', { file, reason })
}

/** Stored values where all slices mean the same by them; else (PET) what they mean. */
export const planeValues = (slice: DecodedFile, isScaled: boolean): Tensor =>
  isScaled ? trueValues(slice) : slice.pixels

/** What slices of one shape, in their order, say together. */
export function aboutSlices(slices: readonly AboutFile[]): { about: AboutFile; isScaled: boolean } {
  const [first] = slices
  if (!first) throw new RangeError('no slices')
  const { affine, spacing } = placeOf(slices)
  const isSame = slices.every(
    ({ scale, dtype }) => JSON.stringify(scale) === JSON.stringify(first.scale) && dtype === first.dtype,
  )
  const shape = [slices.length, ...first.shape]
  return {
    isScaled: !isSame,
    about: {
      ...first,
      ...{ kind: 'volume', dtype: isSame ? first.dtype : 'float32', shape, storedShape: shape },
      ...{ scale: isSame ? first.scale : null, affine, hasPlace: affine !== null },
      directions: affine && directionsOf(affine),
      spacingMm: first.spacingMm && spacing !== null ? [spacing, ...first.spacingMm] : null,
      mayShowText: slices.some(slice => slice.mayShowText),
      warnings: [...new Set(slices.flatMap(({ warnings }) => warnings))],
    },
  }
}

function trueValues({ pixels, scale }: DecodedFile): Tensor {
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 }
  return tensor(
    'float32',
    pixels.shape,
    Float32Array.from(numbersOf(pixels), value => value * slope + intercept),
  )
}

/** The mean step from the first slice to the last. */
function placeOf(slices: readonly AboutFile[]): { affine: Affine | null; spacing: number | null } {
  const [first, last] = [slices[0], slices.at(-1)]
  const [from, to] = [first?.place?.position, last?.place?.position]
  if (!first || !from || !to || !isParallel(slices)) return { affine: null, spacing: null }
  const step = lpsToRas(to.map((value, axis) => (value - (from[axis] ?? 0)) / (slices.length - 1)))
  const affine = first.affine?.map((row, world) =>
    world < 3 ? [row[0] ?? 0, row[1] ?? 0, (step[world] ?? 0) + 0, row[3] ?? 0] : row,
  )
  return { affine: affine ?? null, spacing: lengthOf(step) }
}

/** Slices that are turned against each other are a stack without a place in space. */
function isParallel(slices: readonly AboutFile[]): boolean {
  const own = slices[0]?.place?.orientation ?? []
  return slices.every(({ place }) =>
    own.every((cosine, index) => Math.abs(cosine - (place?.orientation?.[index] ?? NaN)) < 5 * sameDirection),
  )
}

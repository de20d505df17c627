import { numbersOf } from '../../core/imaging/picture'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import { bytesOf, readNiftiHeader, readImageFile, stemOf } from '../codecs'
import type { FilePair } from './pairing'
import { planeCount, planeOf } from './plane'
import type { SliceAxis } from './records'

/** Bytes that surely hold the header of a volume, compressed or not. */
const headerLength = 32_768

/**
 * Which planes of a labelled volume hold a label. Only the labels are decoded whole.
 *
 * @returns indices along `axis`, ascending, and the count of planes that are not used
 * @throws AppError UNUSABLE_SLICE, CORRUPT_FILE and what else reading a file can meet
 */
export async function labelledPlanes(
  pair: FilePair,
  axis: SliceAxis,
): Promise<{ planes: number[]; empty: number }> {
  const shape = await volumeShape(pair.imageFile)
  const { pixels, kind } = await readImageFile(pair.maskFile, 'labels')
  refuseOtherSize({ pixels, kind }, shape, pair.maskFile)
  const count = planeCount(pixels.shape, axis)
  const planes: number[] = []
  for (let index = 0; index < count; index++) {
    if (numbersOf(planeOf(pixels, axis, index)).some(value => value !== 0)) planes.push(index)
  }
  if (planes.length === 0) {
    throw new AppError('UNUSABLE_SLICE', {
      file: pair.maskFile,
      reason: 'it holds no label, only background',
    })
  }
  return { planes, empty: count - planes.length }
}

/** [z, y, x]; of a NIfTI file only the header is read. */
async function volumeShape(file: string): Promise<number[]> {
  const start = await bytesOf(file, headerLength)
  if (!isNiftiName(file)) return (await readImageFile(file, 'image')).pixels.shape.slice(0, 3)
  const { dimensions } = readNiftiHeader(start, file)
  if (dimensions.length > 4) {
    const reason = `it has ${dimensions.length} dimensions; only volumes of three are read`
    throw new AppError('UNUSABLE_SLICE', { file, reason })
  }
  return dimensions.slice(0, 3).reverse()
}

/**
 * Makes sure that a mask is a volume on the grid of its image.
 *
 * @param shape - of the image, [z, y, x]
 * @throws AppError UNUSABLE_SLICE
 */
export function refuseOtherSize(
  { pixels, kind }: Pick<DecodedFile, 'pixels' | 'kind'>,
  shape: readonly number[],
  maskFile: string,
): void {
  if (kind === 'volume' && pixels.shape.join() === shape.join()) return
  const inFileOrder = (sizes: readonly number[]): string => [...sizes].reverse().join(' x ')
  const reason =
    kind === 'volume'
      ? `it measures ${inFileOrder(pixels.shape)}, its image ${inFileOrder(shape)}`
      : `it is a picture, its image a volume of ${inFileOrder(shape)}`
  throw new AppError('UNUSABLE_SLICE', { file: maskFile, reason })
}

const isNiftiName = (file: string): boolean => /\.nii(\.gz)?$/i.test(file)

/** Names whose files are always pictures */
const pictureName = /\.(png|jpe?g)$/i

/** What decides how a file is listed. */
export interface ImageKind {
  readonly isVolume: boolean
  /** Hash of the patient's ID, where a DICOM file names one */
  readonly patient: string | null
}

/** A name that leaves it open is looked into. */
export async function imageKind(file: string): Promise<ImageKind> {
  if (isNiftiName(file)) return { isVolume: true, patient: null }
  if (pictureName.test(file)) return { isVolume: false, patient: null }
  const decoded = await readImageFile(file, 'image').catch(() => null) // who reads it says what is wrong
  return { isVolume: decoded?.kind === 'volume', patient: decoded?.place?.patient ?? null }
}

/** `case_001` and plane 12 of 120 give `case_001-012`: sorted by name is sorted by plane. */
export function planeName(file: string, index: number): string {
  return `${stemOf(file)}-${String(index).padStart(3, '0')}`
}

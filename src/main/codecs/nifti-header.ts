import { constants, gunzipSync } from 'node:zlib'
import type { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { readHeader } from 'nifti-reader-js'
import type { DType } from '../../core/tensor/dtype'
import { AppError } from '../../shared/errors'
import type { Directions } from '../../shared/geometry/directions'
import { directionsOf } from './affine'
import type { Affine } from './codec'
import { isPlaced, niftiAffine } from './nifti-affine'

export interface NiftiHeader {
  /** Sizes in the order of the file: [x, y, z, ...], at least three, without trailing ones beyond the third */
  readonly dimensions: readonly number[]
  readonly dtype: DType
  readonly littleEndian: boolean
  readonly dataOffset: number
  /** Millimetres along [x, y, z], null where the file does not say */
  readonly spacingMm: readonly [number, number, number] | null
  readonly scale: { readonly slope: number; readonly intercept: number } | null
  /** Where each of [x, y, z] leads: right, left, anterior, posterior, superior or inferior; null where the file does not say */
  readonly directions: Directions | null
  readonly affine: Affine | null
  /** Whether the header says where the volume lies; else the affine is a convention */
  readonly hasPlace: boolean
  /** Sizes as the file states them, with trailing ones */
  readonly storedShape: readonly number[]
  /** Bytes of the fixed part: 348 for NIfTI-1, 540 for NIfTI-2 */
  readonly size: number
}

/** NIfTI-1 standard, section "type of data"; complex, RGB and 128-bit values are not read. */
const dtypes: Readonly<Record<number, DType>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
}

const longestHeader = 540

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Whether the (uncompressed) bytes begin with a header of NIfTI-1 or NIfTI-2 in one file. */
export function isNifti(bytes: Uint8Array): boolean {
  return niftiVersion(bytes) !== null
}

/**
 * @param bytes - the beginning of the file, at least its first few kilobytes; compressed or not
 * @throws AppError CORRUPT_FILE or FILE_UNREADABLE
 */
export function readNiftiHeader(bytes: Uint8Array, file: string): NiftiHeader {
  const start = headerBytes(bytes, file)
  const size = niftiVersion(start) === 2 ? 540 : 348
  if (start.length < size) throw new AppError('CORRUPT_FILE', { file, reason: 'it ends within its header' })
  const fixed = new Uint8Array(start.subarray(0, size))
  const raw = parse(fixed, file)
  const dtype = dtypes[raw.datatypeCode]
  if (!dtype) {
    const reason = `its values are of the NIfTI type ${raw.datatypeCode} (complex, colour or extended numbers), which SliceTune does not read`
    throw new AppError('FILE_UNREADABLE', { file, reason })
  }
  const dimensions = dimensionsOf(raw, file)
  const affine = niftiAffine(raw, fixed, dimensions)
  return {
    affine,
    hasPlace: affine !== null && isPlaced(raw),
    storedShape: raw.dims.slice(1, 1 + (raw.dims[0] ?? 0)),
    dimensions,
    dtype,
    littleEndian: raw.littleEndian,
    dataOffset: offsetOf(raw.vox_offset, size, file),
    spacingMm: spacingOf(raw),
    scale: scaleOf(raw),
    directions: affine && isPlaced(raw) ? directionsOf(affine) : null,
    size,
  }
}

/** The fixed part of the header, decompressed if need be, without decompressing the rest. */
export function headerBytes(bytes: Uint8Array, file: string): Uint8Array {
  const start = isGzip(bytes) ? firstDecompressed(bytes, file) : bytes
  if (!isNifti(start))
    throw new AppError('CORRUPT_FILE', { file, reason: 'it does not begin with a NIfTI header' })
  return start.subarray(0, longestHeader)
}

function firstDecompressed(bytes: Uint8Array, file: string): Uint8Array {
  try {
    // A sync flush gives what a cut stream holds; 16 kB of it always reach past the header.
    return gunzipSync(bytes.subarray(0, 16_384), { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its compressed data is broken' }, { cause })
  }
}

/** Magic strings of the single-file form: "n+1" at 344, "n+2" at 4. */
function niftiVersion(bytes: Uint8Array): 1 | 2 | null {
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 3))
  if (text(344) === 'n+1') return 1
  return text(4) === 'n+2' ? 2 : null
}

function parse(bytes: Uint8Array<ArrayBuffer>, file: string): NIFTI1 | NIFTI2 {
  try {
    // Cut to the fixed part, so that the reader leaves the extensions alone: their lengths are not to be trusted.
    return readHeader(bytes.buffer)
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its NIfTI header makes no sense' }, { cause })
  }
}

function dimensionsOf(raw: NIFTI1 | NIFTI2, file: string): number[] {
  const rank = raw.dims[0] ?? 0
  const sizes = raw.dims.slice(1, 1 + rank)
  if (rank < 1 || rank > 7 || sizes.some(size => !Number.isInteger(size) || size < 1)) {
    throw new AppError('CORRUPT_FILE', {
      file,
      reason: `its header declares the sizes ${sizes.join(' x ') || 'none'}`,
    })
  }
  while (sizes.length < 3) sizes.push(1)
  while (sizes.length > 3 && sizes.at(-1) === 1) sizes.pop()
  return sizes
}

function offsetOf(offset: number, headerSize: number, file: string): number {
  if (!Number.isSafeInteger(offset) || (offset !== 0 && offset < headerSize)) {
    throw new AppError('CORRUPT_FILE', {
      file,
      reason: `its header says that the values begin at byte ${offset}`,
    })
  }
  return offset === 0 ? headerSize + 4 : offset
}

function spacingOf(raw: NIFTI1 | NIFTI2): [number, number, number] | null {
  const millimetres = { 1: 1000, 3: 0.001 }[raw.xyzt_units & 7] ?? 1
  const [x = 0, y = 0, z = 0] = raw.pixDims.slice(1, 4).map(size => Math.abs(size) * millimetres)
  return [x, y, z].every(size => size > 0 && Number.isFinite(size)) ? [x, y, z] : null
}

/** A slope of 0 means "not scaled" (NIfTI-1 standard); so does one that is not a number. */
function scaleOf(raw: NIFTI1 | NIFTI2): NiftiHeader['scale'] {
  const { scl_slope: slope, scl_inter: intercept } = raw
  if (!Number.isFinite(slope) || slope === 0 || !Number.isFinite(intercept)) return null
  return slope === 1 && intercept === 0 ? null : { slope, intercept }
}

import { gunzipSync, gzipSync } from 'node:zlib'
import { bytesPerElement } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { narrowestLabels } from './narrowest-labels'
import { headerBytes, isGzip, readNiftiHeader } from './nifti-header'
import { valueBytes } from './typed-values'

/** Codes and bits of the types (NIfTI-1 standard). */
const types = {
  uint8: { code: 2, bits: 8 },
  int8: { code: 256, bits: 8 },
  uint16: { code: 512, bits: 16 },
  int16: { code: 4, bits: 16 },
  uint32: { code: 768, bits: 32 },
  int32: { code: 8, bits: 32 },
  float32: { code: 16, bits: 32 },
  float64: { code: 64, bits: 64 },
} as const
type NiftiType = keyof typeof types
/** What a file can hold as it is */
export type NiftiValues = { [T in NiftiType]: Tensor<T> }[NiftiType]

/** Where the two versions keep the fields that change; 64-bit numbers in the second. */
const fields = {
  348: { dimensions: 40, type: 70, offset: 108, slope: 112, range: 124 },
  540: { dimensions: 16, type: 12, offset: 168, slope: 176, range: 192 },
} as const

/**
 * A label volume as `.nii.gz`, on the grid of the volume that it was drawn on: the header of the source is kept
 * byte for byte (affine, qform, sform, spacing, byte order) except for what describes the values.
 *
 * @param labels - [z, y, x], written as uint8 or uint16 where the values fit
 * @param source - the bytes of the source file, compressed or not
 * @throws RangeError when the labels do not have the size of the source
 */
export function writeNifti(labels: Tensor<'int32'>, source: Uint8Array, file: string): Uint8Array {
  return writeNiftiValues(narrowestLabels(labels), source, file)
}

/**
 * Values as `.nii.gz` on the grid of another volume, as `writeNifti`. They are what they are: the scaling of the source is gone.
 *
 * @param values - [z, y, x]
 * @throws RangeError when they do not have the size of the source
 */
export function writeNiftiValues(values: NiftiValues, source: Uint8Array, file: string): Uint8Array {
  const old = readNiftiHeader(source, file)
  const [x = 0, y = 0, z = 0] = old.dimensions
  const { shape } = values
  if (shape.length !== 3 || shape[0] !== z || shape[1] !== y || shape[2] !== x) {
    throw new RangeError(`Values of [${shape.join(', ')}] do not lie on a grid of [${z}, ${y}, ${x}]`)
  }
  const start = new Uint8Array(headerBytes(source, file).subarray(0, old.size))
  describeValues(start, old, values.dtype)
  // Four zero bytes: no extensions follow.
  return gzipSync(Buffer.concat([start, new Uint8Array(4), valueBytes(values, old.littleEndian)]))
}

function describeValues(
  header: Uint8Array,
  old: { size: number; dimensions: readonly number[]; littleEndian: boolean },
  dtype: NiftiType,
): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const little = old.littleEndian
  const version = old.size === 540 ? 540 : 348
  const at = fields[version]
  const real = (offset: number, index: number, value: number): void =>
    version === 540
      ? view.setFloat64(offset + 8 * index, value, little)
      : view.setFloat32(offset + 4 * index, value, little)

  describeSizes(header, old)
  view.setInt16(at.type, types[dtype].code, little)
  view.setInt16(at.type + 2, types[dtype].bits, little)
  if (version === 540) view.setBigInt64(at.offset, BigInt(old.size + 4), little)
  else view.setFloat32(at.offset, old.size + 4, little)
  real(at.slope, 0, 1)
  real(at.slope, 1, 0)
  // The display range of the source (cal_max, cal_min) means nothing for other values.
  real(at.range, 0, 0)
  real(at.range, 1, 0)
}

/** Three dimensions, whatever was beyond. */
function describeSizes(
  header: Uint8Array,
  old: { size: number; dimensions: readonly number[]; littleEndian: boolean },
): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const isSecond = old.size === 540
  const at = fields[isSecond ? 540 : 348].dimensions
  for (let axis = 0; axis < 8; axis++) {
    const size = axis === 0 ? 3 : axis < 4 ? (old.dimensions[axis - 1] ?? 1) : 1
    if (isSecond) view.setBigInt64(at + 8 * axis, BigInt(size), old.littleEndian)
    else view.setInt16(at + 2 * axis, size, old.littleEndian)
  }
}

/**
 * A NIfTI file of one volume as `.nii.gz`, all its bytes untouched; of several volumes the first, with all that the header says.
 *
 * @param source - compressed or not
 * @throws AppError CORRUPT_FILE
 */
export function firstNiftiVolume(source: Uint8Array, file: string): Uint8Array {
  const header = readNiftiHeader(source, file)
  const whole = isGzip(source) ? gunzipped(source, file) : source
  if (header.dimensions.length <= 3) return gzipSync(whole)
  const [x = 0, y = 0, z = 0] = header.dimensions
  const values = x * y * z * bytesPerElement(header.dtype)
  const first = new Uint8Array(whole.subarray(0, header.dataOffset + values))
  describeSizes(first, header)
  return gzipSync(first)
}

function gunzipped(bytes: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its compressed data is broken' }, { cause })
  }
}

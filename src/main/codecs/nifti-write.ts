import { gzipSync } from 'node:zlib'
import type { Tensor } from '../../core/tensor/tensor'
import { narrowestLabels } from './narrowest-labels'
import { headerBytes, readNiftiHeader } from './nifti-header'
import { valueBytes } from './typed-values'

/** Codes and bits of the label types (NIfTI-1 standard). */
const labelTypes = {
  uint8: { code: 2, bits: 8 },
  uint16: { code: 512, bits: 16 },
  int32: { code: 8, bits: 32 },
} as const

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
  const old = readNiftiHeader(source, file)
  const [x = 0, y = 0, z = 0] = old.dimensions
  if (labels.shape.length !== 3 || labels.shape[0] !== z || labels.shape[1] !== y || labels.shape[2] !== x) {
    throw new RangeError(`Labels of [${labels.shape.join(', ')}] do not lie on a grid of [${z}, ${y}, ${x}]`)
  }
  const values = narrowestLabels(labels)
  const start = new Uint8Array(headerBytes(source, file).subarray(0, old.size))
  describeValues(start, old, values.dtype)
  // Four zero bytes: no extensions follow.
  return gzipSync(Buffer.concat([start, new Uint8Array(4), valueBytes(values, old.littleEndian)]))
}

type Labels = Tensor<'uint8'> | Tensor<'uint16'> | Tensor<'int32'>

function describeValues(
  header: Uint8Array,
  old: { size: number; dimensions: readonly number[]; littleEndian: boolean },
  dtype: Labels['dtype'],
): void {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const little = old.littleEndian
  const version = old.size === 540 ? 540 : 348
  const at = fields[version]
  const integer = (offset: number, index: number, value: number): void =>
    version === 540
      ? view.setBigInt64(offset + 8 * index, BigInt(value), little)
      : view.setInt16(offset + 2 * index, value, little)
  const real = (offset: number, index: number, value: number): void =>
    version === 540
      ? view.setFloat64(offset + 8 * index, value, little)
      : view.setFloat32(offset + 4 * index, value, little)

  integer(at.dimensions, 0, 3)
  for (let axis = 1; axis < 8; axis++)
    integer(at.dimensions, axis, axis < 4 ? (old.dimensions[axis - 1] ?? 1) : 1)
  view.setInt16(at.type, labelTypes[dtype].code, little)
  view.setInt16(at.type + 2, labelTypes[dtype].bits, little)
  if (version === 540) view.setBigInt64(at.offset, BigInt(old.size + 4), little)
  else view.setFloat32(at.offset, old.size + 4, little)
  real(at.slope, 0, 1)
  real(at.slope, 1, 0)
  // The display range of the source (cal_max, cal_min) means nothing for labels.
  real(at.range, 0, 0)
  real(at.range, 1, 0)
}

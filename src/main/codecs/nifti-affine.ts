import type { NIFTI1, NIFTI2 } from 'nifti-reader-js'
import { affineOf, isFiniteAffine } from './affine'
import type { Affine } from './codec'

type Header = NIFTI1 | NIFTI2

/**
 * The matrix of a volume: its sform where it has one, else its qform, as nibabel chooses (nifti-reader-js takes the one
 * with the higher code). Without either the voxels have a size and no place: by convention the first axis then leads left
 * and the middle of the volume is the origin.
 *
 * @param bytes - the fixed part of the header
 * @see NIfTI-1 standard, "3D image (volume) orientation and location in space"
 */
export function niftiAffine(raw: Header, bytes: Uint8Array, dimensions: readonly number[]): Affine | null {
  const affine =
    raw.sform_code > 0 ? sform(raw, bytes) : raw.qform_code > 0 ? qform(raw) : unplaced(raw, dimensions)
  return isFiniteAffine(affine) ? affine : null
}

/** Whether the header says where the volume lies. */
export const isPlaced = ({ sform_code, qform_code }: Header): boolean => sform_code > 0 || qform_code > 0

function sform({ littleEndian }: Header, bytes: Uint8Array): Affine {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isSecond = bytes.length >= 540
  const at = (index: number): number =>
    isSecond ? view.getFloat64(400 + 8 * index, littleEndian) : view.getFloat32(280 + 4 * index, littleEndian)
  const row = (first: number): number[] => [at(first), at(first + 1), at(first + 2), at(first + 3)]
  return [row(0), row(4), row(8), [0, 0, 0, 1]]
}

function qform(raw: Header): Affine {
  const [b, c, d] = [raw.quatern_b, raw.quatern_c, raw.quatern_d]
  // Rounding may bring the three a little over 1.
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)))
  const columns = [
    [a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c)],
    [2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b)],
    [2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c],
  ]
  const [handed = 1, ...sizes] = raw.pixDims
  const scaled = columns.map((column, axis) => {
    const size = (sizes[axis] ?? NaN) * (axis === 2 && handed < 0 ? -1 : 1)
    return column.map(value => value * size)
  })
  return affineOf(scaled, [raw.qoffset_x, raw.qoffset_y, raw.qoffset_z])
}

function unplaced({ pixDims }: Header, dimensions: readonly number[]): Affine {
  const steps = [0, 1, 2].map(axis => Math.abs(pixDims[axis + 1] ?? NaN) * (axis === 0 ? -1 : 1))
  const origin = steps.map((step, axis) => (-step * ((dimensions[axis] ?? 1) - 1)) / 2)
  return affineOf(
    steps.map((step, axis) => [0, 1, 2].map(world => (world === axis ? step : 0))),
    origin,
  )
}

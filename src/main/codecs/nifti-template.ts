import type { DecodedFile } from './codec'
import { decodeBytes, codecOf } from './index'
import { readBytes } from './file-bytes'

/**
 * The bytes of a NIfTI file on the grid of a volume of any format: a NIfTI file's own, else a header that says where its
 * voxels lie.
 *
 * @throws AppError what reading the file can meet
 */
export async function niftiGrid(file: string): Promise<Uint8Array> {
  const bytes = await readBytes(file)
  if (codecOf(bytes, file).id === 'nifti') return bytes
  return niftiTemplate(await decodeBytes(bytes, file, 'labels'))
}

/** A NIfTI-1 header for uint8 values, with the place in its sform where it is known. */
export function niftiTemplate({
  pixels,
  affine,
  spacingMm,
}: Pick<DecodedFile, 'pixels' | 'affine' | 'spacingMm'>): Uint8Array {
  const bytes = new Uint8Array(352)
  const view = new DataView(bytes.buffer)
  const [depth = 1, height = 1, width = 1] = pixels.shape
  const [dz = 1, dy = 1, dx = 1] = spacingMm ?? []
  view.setInt32(0, 348, true)
  ;[3, width, height, depth, 1, 1, 1, 1].forEach((size, index) => {
    view.setInt16(40 + 2 * index, size, true)
  })
  view.setInt16(70, 2, true)
  view.setInt16(72, 8, true)
  ;[1, dx, dy, dz].forEach((size, index) => {
    view.setFloat32(76 + 4 * index, size, true)
  })
  view.setFloat32(108, 352, true)
  view.setFloat32(112, 1, true)
  // Millimetres
  view.setUint8(123, spacingMm ? 2 : 0)
  if (affine) {
    // Scanner coordinates
    view.setInt16(254, 1, true)
    affine
      .slice(0, 3)
      .flat()
      .forEach((value, index) => {
        view.setFloat32(280 + 4 * index, value, true)
      })
  }
  bytes.set([0x6e, 0x2b, 0x31, 0], 344)
  return bytes
}

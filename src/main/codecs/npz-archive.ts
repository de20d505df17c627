import { numbersOf } from '../../core/imaging/picture'
import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { CodecResult, FileRole } from './codec'
import { defineCodec } from './codec'
import { arrayOfPixels } from './npy'
import { readNpz } from './npz'

/** Names of the arrays, as the SAM family's data sets and common scripts have them */
const names: Readonly<Record<FileRole, readonly string[]>> = {
  image: ['imgs', 'img', 'image', 'images', 'data', 'arr_0'],
  labels: ['gts', 'gt', 'labels', 'label', 'mask', 'masks', 'segs', 'seg', 'arr_0'],
  stored: ['imgs', 'img', 'image', 'images', 'data', 'arr_0'],
}

export const npz = defineCodec({
  id: 'npz',
  extensions: ['.npz'],
  sniff: bytes => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4,
  read: (bytes, file, role): CodecResult => {
    const arrays = readNpz(bytes, file)
    const pixels = pixelsOf(arrays, role, file)
    const spacing = arrays.get('spacing')
    // [x, y, z], as SimpleITK has it
    const spacingMm = spacing?.data.length === 3 ? [...numbersOf(spacing)].reverse() : null
    const result = arrayOfPixels(pixels)
    return { ...result, spacingMm: result.kind === 'volume' ? spacingMm : null }
  },
})

function pixelsOf(arrays: ReadonlyMap<string, Tensor>, role: FileRole, file: string): Tensor {
  for (const name of names[role]) {
    const found = arrays.get(name)
    if (found) return found
  }
  const [only, other] = arrays.values()
  if (only && !other) return only
  const held = [...arrays.keys()].join(', ') || 'no arrays'
  throw new AppError('FILE_UNREADABLE', {
    file,
    reason: `it holds ${held}; name the image imgs and the labels gts`,
  })
}

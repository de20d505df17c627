import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import { decodeBytes, isNrrd, nrrdKeyValues } from '../codecs'
import type { LabelFileOf, LabelLayer } from './label-source'
import { defineLabelSource } from './label-source'
import { slicerSegments } from './slicer-segments'

/** `.seg.nrrd` of 3D Slicer: a label map with names, or one for each layer where segments overlap. */
export const slicerSegmentation = defineLabelSource({
  id: 'slicer',
  extensions: ['.seg.nrrd', '.nrrd'],
  holds: 'masks',
  sniff: head => isNrrd(head) && slicerSegments(nrrdKeyValues(head)).size > 0,
  read: async (bytes, file): Promise<LabelFileOf<'grid'>> => ({
    kind: 'grid',
    layers: await layersOf(bytes, file),
  }),
})

/** Where there are several, they are the first axis of the file. */
async function layersOf(bytes: Uint8Array, file: string): Promise<LabelLayer[]> {
  const segments = slicerSegments(nrrdKeyValues(bytes))
  const all = await decodeBytes(bytes, file, 'stored')
  const { shape } = all.pixels
  if (shape.length <= 3) return [{ labels: all, names: segments.get(0) ?? new Map() }]
  const count = shape.at(-1) ?? 1
  if (shape.length > 4) {
    throw new AppError('FILE_UNREADABLE', { file, reason: `it has ${shape.length} dimensions` })
  }
  return Array.from({ length: count }, (_, index) => ({
    labels: { ...all, pixels: layerPixels(all, index) },
    names: segments.get(index) ?? new Map(),
  }))
}

/** Of values [z, y, x, layers] */
function layerPixels({ pixels }: DecodedFile, index: number): Tensor {
  const shape = pixels.shape.slice(0, -1)
  const count = pixels.shape.at(-1) ?? 1
  const data = pixels.data.slice(0, sizeOf(shape))
  // Both arrays have one type, and every index is inside.
  for (let at = 0; at < data.length; at++) data[at] = pixels.data[at * count + index]!
  return tensor(pixels.dtype, shape, data)
}

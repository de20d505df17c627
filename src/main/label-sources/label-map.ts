import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import { codecOf, codecs, decodeBytes, isNrrd, nrrdKeyValues } from '../codecs'
import type { LabelFileOf, LabelLayer } from './label-source'
import { defineLabelSource } from './label-source'
import { slicerSegments } from './slicer-segments'

const notMaps: readonly string[] = ['dicom', 'dicom-series']

const codecsOfMaps = codecs.filter(({ id }) => !notMaps.includes(id))

/** Pictures and volumes whose values name objects or classes: NIfTI, NRRD, PNG, TIFF, NPY. */
export const labelMap = defineLabelSource({
  id: 'label-map',
  extensions: codecsOfMaps.flatMap(({ extensions }) => extensions),
  isLabelsOnly: false,
  sniff: head => codecsOfMaps.some(codec => codec.sniff(head)),
  read: async (bytes, file): Promise<LabelFileOf<'grid'>> => {
    if (codecOf(bytes, file).id === 'jpeg') {
      const reason = 'JPEG changes values a little, so it cannot hold labels; save them as PNG'
      throw new AppError('FILE_UNREADABLE', { file, reason })
    }
    const layers = isNrrd(bytes) ? await layersOfNrrd(bytes, file) : [await layerOf(bytes, file)]
    return { kind: 'grid', layers }
  },
})

const layerOf = async (bytes: Uint8Array, file: string): Promise<LabelLayer> => ({
  labels: await decodeBytes(bytes, file, 'labels'),
  names: new Map(),
})

/** 3D Slicer's segmentations have names, and several layers where segments overlap: the first axis of the file then. */
async function layersOfNrrd(bytes: Uint8Array, file: string): Promise<LabelLayer[]> {
  const segments = slicerSegments(nrrdKeyValues(bytes))
  if (segments.size === 0) return [await layerOf(bytes, file)]
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

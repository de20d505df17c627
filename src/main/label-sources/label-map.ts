import { AppError } from '../../shared/errors'
import { codecOf, codecs, decodeBytes } from '../codecs'
import type { LabelFileOf } from './label-source'
import { defineLabelSource } from './label-source'

const notMaps: readonly string[] = ['dicom', 'dicom-series']

const codecsOfMaps = codecs.filter(({ id }) => !notMaps.includes(id))

/** Pictures and volumes whose values name objects or classes: NIfTI, NRRD, PNG, TIFF, NPY. */
export const labelMap = defineLabelSource({
  id: 'label-map',
  extensions: codecsOfMaps.flatMap(({ extensions }) => extensions),
  holds: 'maps',
  sniff: head => codecsOfMaps.some(codec => codec.sniff(head)),
  read: async (bytes, file): Promise<LabelFileOf<'grid'>> => {
    if (codecOf(bytes, file).id === 'jpeg') {
      const reason = 'JPEG changes values a little, so it cannot hold labels; save them as PNG'
      throw new AppError('FILE_UNREADABLE', { file, reason })
    }
    const layer = { labels: await decodeBytes(bytes, file, 'labels'), names: new Map() }
    return { kind: 'grid', layers: [layer] }
  },
})

import type { CodecResult } from './codec'
import { defineCodec } from './codec'
import { openLargeSeries } from './large-series'
import { isSeriesList, readSeriesList } from './series-list'
import { readSeries } from './series-volume'

/** A volume of which each slice is a DICOM file: SliceTune's own list of these files. */
export const dicomSeries = defineCodec({
  id: 'dicom-series',
  extensions: ['.dcmseries'],
  sniff: isSeriesList,
  read: async (bytes, file, role): Promise<CodecResult> =>
    readSeries(readSeriesList(bytes, file).files, role),
  openLarge: openLargeSeries,
})

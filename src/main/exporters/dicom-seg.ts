import * as z from 'zod'
import { AppError } from '../../shared/errors'
import { writeDicom } from '../codecs/dicom-write'
import { defineExporter } from './exporter'
import { commonOptions } from './option-fields'
import { segDataSet } from './seg/seg-data-set'
import { segContent } from './seg/seg-frames'
import { readSegSource } from './seg/seg-source'
import { partFolder } from './slice-label-map'
import type { ExportSeries } from './volumes'
import { seriesOf } from './volumes'

/**
 * A DICOM Segmentation for each series that comes from DICOM: a segment a label, bound to the source's images by their UIDs.
 * What has another source is refused by name.
 */
export const dicomSeg = defineExporter({
  id: 'dicom-seg',
  extensions: ['.dcm'],
  options: z.object({ ...commonOptions, patient: z.boolean().default(false) }),
  limits: () => ['not-dicom'],
  write: ({ patient }, world) =>
    world.each(seriesOf(world.slices), async item => {
      const source = await readSegSource(world.sourceFile(item.series), item.name, patient)
      refuseOtherPlanes(item, source)
      const content = segContent(world, item.slices)
      if (content.frames.length === 0) {
        world.note(`${item.name}: nothing is drawn on it, and a segmentation without segments is none.`)
        return
      }
      const { project, version, madeAt } = world
      const parts = { source, content, project, version, madeAt, number: item.series.id }
      const bytes = await writeDicom(segDataSet(parts))
      await world.write(`${partFolder(item, 'segmentations')}/${item.stem}.dcm`, bytes)
    }),
})

/** @throws AppError UNUSABLE_SLICE where the source has become another one */
function refuseOtherPlanes(
  { slices, series, name }: ExportSeries,
  { planes, rows, columns }: { readonly planes: readonly unknown[]; rows: number; columns: number },
): void {
  const isSame =
    (series.axis ?? 2) === 2 &&
    planes.length === series.planes &&
    slices.every(({ width, height }) => width === columns && height === rows)
  if (isSame) return
  const reason = `it has ${planes.length} planes of ${columns} x ${rows} pixels, on which the slices of the project do not fit`
  throw new AppError('UNUSABLE_SLICE', { file: name, reason })
}

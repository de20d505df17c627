import * as z from 'zod'
import { AppError } from '../../shared/errors'
import { readNiftiHeader, writeNifti } from '../codecs'
import { niftiGrid } from '../codecs/nifti-template'
import type { StoredSeries } from '../database/project-store'
import { createLabelMap } from '../jobs/predict-label-map'
import type { ExportSlice } from './exporter'
import { defineExporter } from './exporter'
import { commonOptions, valuesOption } from './option-fields'
import { paintObjects, partFolder } from './slice-label-map'

/**
 * One label volume for each volume, on the very grid of its source: affine, codes and spacing of a NIfTI file are its own bytes,
 * those of other formats are written anew. Planes that nobody has done are 0.
 */
export const niftiLabelmap = defineExporter({
  id: 'nifti',
  extensions: ['.nii.gz'],
  options: z.object({ ...commonOptions, values: valuesOption }),
  write: ({ values }, world) =>
    world.each(volumesOf(world.slices), async ({ series, slices }) => {
      const source = world.sourceFile(series)
      const [first] = slices
      if (series.kind === 'picture' || first === undefined) {
        const reason = 'it is a picture, not a volume; export it as PNG or NPY'
        throw new AppError('UNUSABLE_SLICE', { file: series.name, reason })
      }
      const bytes = await niftiGrid(source)
      const [x = 0, y = 0, z = 0] = readNiftiHeader(bytes, source).dimensions
      const map = createLabelMap([z, y, x], series.axis ?? 2)
      for (const slice of slices) paintObjects(map, world, { slice, values, plane: slice.plane })
      await world.write(
        `${partFolder(first, 'labels')}/${first.seriesStem}.nii.gz`,
        writeNifti(map.labels, bytes, source),
      )
    }),
})

interface Volume {
  readonly name: string
  readonly series: StoredSeries
  readonly slices: readonly ExportSlice[]
}

function volumesOf(slices: readonly ExportSlice[]): Volume[] {
  const volumes = new Map<number, ExportSlice[]>()
  for (const slice of slices) {
    const known = volumes.get(slice.series.id)
    if (known) known.push(slice)
    else volumes.set(slice.series.id, [slice])
  }
  return [...volumes.values()].flatMap(planes => {
    const [first] = planes
    return first ? [{ name: first.series.name, series: first.series, slices: planes }] : []
  })
}

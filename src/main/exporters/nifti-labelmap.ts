import * as z from 'zod'
import { readNiftiHeader, writeNifti } from '../codecs'
import { niftiGrid } from '../codecs/nifti-template'
import { defineExporter } from './exporter'
import { commonOptions, overlapsOf, valuesOption } from './option-fields'
import { partFolder } from './slice-label-map'
import { refusePicture, seriesOf, volumeLabels } from './volumes'

/**
 * One label volume for each volume, on the very grid of its source: affine, codes and spacing of a NIfTI file are its own bytes,
 * those of other formats are written anew. Planes that nobody has done are 0.
 */
export const niftiLabelmap = defineExporter({
  id: 'nifti',
  extensions: ['.nii.gz'],
  options: z.object({ ...commonOptions, values: valuesOption }),
  limits: ({ values }) => ['pictures', overlapsOf(values)],
  write: ({ values }, world) =>
    world.each(seriesOf(world.slices), async volume => {
      refusePicture(volume)
      const source = world.sourceFile(volume.series)
      const grid = await niftiGrid(source)
      const [x = 0, y = 0, z = 0] = readNiftiHeader(grid, source).dimensions
      const labels = volumeLabels(world, volume, [z, y, x], values)
      const name = `${partFolder(volume, 'labels')}/${volume.stem}.nii.gz`
      await world.write(name, writeNifti(labels, grid, source))
    }),
})

import * as z from 'zod'
import { writePng } from '../codecs'
import { defineExporter } from './exporter'
import { labelMapExporter } from './label-map'
import { commonOptions, imagesOption, overlapsOf, valuesOption } from './option-fields'
import { partFolder, sliceLabelMap } from './slice-label-map'

/** One label map a slice, in the layout that SliceTune itself trains on: images and masks of the same names. */
export const maskPng = defineExporter({
  id: 'png',
  extensions: ['.png'],
  options: z.object({ ...commonOptions, values: valuesOption, images: imagesOption }),
  limits: ({ values }) => [overlapsOf(values)],
  write: ({ values, images }, world) =>
    world.each(world.slices, async slice => {
      const map = sliceLabelMap(world, slice, values)
      const bytes = await labelMapExporter('picture').encode(map, slice.name)
      const image = images ? writePng(await world.picture(slice)) : null
      await world.write(`${partFolder(slice, 'masks')}/${slice.stem}.png`, bytes)
      if (image) await world.write(`${partFolder(slice, 'images')}/${slice.stem}.png`, image)
    }),
})

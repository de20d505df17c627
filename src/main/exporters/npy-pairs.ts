import * as z from 'zod'
import { writeNpy } from '../codecs'
import { narrowestLabels } from '../codecs/narrowest-labels'
import { defineExporter } from './exporter'
import { commonOptions, overlapsOf } from './option-fields'
import { threeChannels } from './three-channels'
import { partFolder, sliceLabelMap } from './slice-label-map'

/**
 * The data layout of the original training script: `imgs/*.npy`, uint8 [height, width, 3], and `gts/*.npy` of the same
 * names, label maps [height, width] of uint8, or uint16 where a label needs it.
 */
export const npyPairs = defineExporter({
  id: 'npy',
  extensions: ['.npy'],
  options: z.object(commonOptions),
  limits: () => [overlapsOf('classes')],
  write: (_, world) =>
    world.each(world.slices, async slice => {
      const image = threeChannels(await world.picture(slice))
      const labels = narrowestLabels(sliceLabelMap(world, slice, 'classes'))
      await world.write(`${partFolder(slice, 'imgs')}/${slice.stem}.npy`, writeNpy(image))
      await world.write(`${partFolder(slice, 'gts')}/${slice.stem}.npy`, writeNpy(labels))
    }),
})

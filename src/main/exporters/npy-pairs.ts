import * as z from 'zod'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { writeNpy } from '../codecs'
import { narrowestLabels } from '../codecs/narrowest-labels'
import { defineExporter } from './exporter'
import { commonOptions, overlapsOf } from './option-fields'
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

function threeChannels(image: Tensor<'uint8'>): Tensor<'uint8'> {
  const [height = 0, width = 0, channels = 1] = image.shape
  if (channels === 3) return image
  const data = new Uint8Array(height * width * 3)
  image.data.forEach((value, pixel) => data.fill(value, pixel * 3, pixel * 3 + 3))
  return tensor('uint8', [height, width, 3], data)
}

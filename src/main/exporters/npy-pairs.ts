import * as z from 'zod'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { writeNpy } from '../codecs'
import { defineExporter } from './exporter'
import { commonOptions } from './option-fields'
import { partFolder, sliceLabelMap } from './slice-label-map'

/**
 * The data layout of the original training script: `imgs/*.npy`, uint8 [height, width, 3], and `gts/*.npy` of the same
 * names, label maps [height, width] of uint8, or uint16 where a label needs it.
 */
export const npyPairs = defineExporter({
  id: 'npy',
  extensions: ['.npy'],
  options: z.object(commonOptions),
  write: (_, world) =>
    world.each(world.slices, async slice => {
      const image = threeChannels(await world.picture(slice))
      const labels = narrowed(sliceLabelMap(world, slice, 'classes'))
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

function narrowed(labels: Tensor<'int32'>): Tensor<'uint8'> | Tensor<'uint16'> {
  return labels.data.some(label => label > 255)
    ? tensor('uint16', labels.shape, Uint16Array.from(labels.data))
    : tensor('uint8', labels.shape, Uint8Array.from(labels.data))
}

import type { Tensor } from '../../../core/tensor/tensor'
import { tensor } from '../../../core/tensor/tensor'
import { invariant } from '../../../shared/errors'
import { writePng } from '../../codecs'
import type { ExportSlice, ExportWorld } from '../exporter'
import { labelMapExporter } from '../label-map'
import { sliceLabelMap } from '../slice-label-map'
import { threeChannels } from '../three-channels'
import type { ExportSeries } from '../volumes'
import type { NnunetCase } from './nnunet-case'

type Picture = Tensor<'uint8'> | Tensor<'uint16'>

/**
 * A picture and its labels as PNG. 8 and 16 bits are kept as they are; what does not fit (signed, floating point) is written in 8
 * bits through its window, which is said.
 *
 * @param isColour - whether any picture of the set is: then all have three channels
 */
export async function pictureCase(
  world: ExportWorld,
  { slices, name }: ExportSeries,
  isColour: boolean,
): Promise<NnunetCase> {
  const [slice] = slices
  invariant(slice, 'a picture has a slice')
  const { picture, isWindowed } = await pictureOf(world, slice)
  const labels = await labelMapExporter('picture').encode(sliceLabelMap(world, slice, 'classes'), name)
  return {
    image: writePng(isColour ? threeChannels(picture) : picture),
    labels,
    channels: isColour ? ['R', 'G', 'B'] : ['image'],
    notes: isWindowed ? ['its values do not fit a PNG and are written in 8 bits through its window.'] : [],
  }
}

async function pictureOf(
  world: ExportWorld,
  slice: ExportSlice,
): Promise<{ picture: Picture; isWindowed: boolean }> {
  const { values, width, height, channels } = await world.pixels(slice)
  const shape = channels === 1 ? [height, width] : [height, width, channels]
  if (values instanceof Uint8Array) return { picture: tensor('uint8', shape, values), isWindowed: false }
  if (values instanceof Uint16Array) return { picture: tensor('uint16', shape, values), isWindowed: false }
  return { picture: await world.picture(slice), isWindowed: true }
}

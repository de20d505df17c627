import * as z from 'zod'
import { polygonsOf } from '../../shared/masks/polygons'
import { decodeRuns } from '../../shared/masks/rle'
import { writePng } from '../codecs'
import type { ExportSlice, ExportWorld } from './exporter'
import { defineExporter } from './exporter'
import { commonOptions, imagesOption } from './option-fields'

/** One text file a slice: class from 0, then the corners of a polygon as parts of width and height; a line a part. */
export const yoloSeg = defineExporter({
  id: 'yolo',
  extensions: ['.txt'],
  options: z.object({ ...commonOptions, images: imagesOption }),
  limits: () => ['holes'],
  write: async function* ({ images }, world) {
    yield* world.each(world.slices, async slice => {
      const image = images ? writePng(await world.picture(slice)) : null
      const part = slice.split ?? 'train'
      await world.write(`labels/${part}/${slice.stem}.txt`, linesOf(slice, world))
      if (image) await world.write(`images/${part}/${slice.stem}.png`, image)
    })
    await world.write('data.yaml', dataFile(world))
  },
})

function linesOf(slice: ExportSlice, world: ExportWorld): string {
  const { width, height } = slice
  const values = new Map(world.labels.map(({ id, value }) => [id, value]))
  return world
    .objectsOf(slice)
    .flatMap(({ runs, labelId }) => {
      const polygons = polygonsOf(decodeRuns(runs, width * height), height, width)
      const label = (values.get(labelId) ?? 1) - 1
      return polygons.parts.map(ring => {
        const corners = ring.map((at, index) => (at / (index % 2 === 0 ? width : height)).toFixed(6))
        return `${label} ${corners.join(' ')}\n`
      })
    })
    .join('')
}

/** JSON's texts are YAML's, too: a name can hold anything. */
function dataFile({ labels, slices }: ExportWorld): string {
  const hasVal = slices.some(({ split }) => split === 'val')
  const names = labels.map(({ value, name }) => `  ${value - 1}: ${JSON.stringify(name)}\n`)
  return `path: .\ntrain: images/train\nval: images/${hasVal ? 'val' : 'train'}\nnames:\n${names.join('')}`
}

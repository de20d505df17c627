import * as z from 'zod'
import { tensor } from '../../core/tensor/tensor'
import type { Annotation } from '../../shared/domain/annotation'
import { polygonsOf } from '../../shared/masks/polygons'
import { decodeRuns } from '../../shared/masks/rle'
import { writePng } from '../codecs'
import type { ExportSlice, ExportWorld } from './exporter'
import { defineExporter } from './exporter'
import { commonOptions } from './option-fields'
import { partFolder } from './slice-label-map'

/** Of labelme, the first that has shapes of the type `mask` as they are written here */
const version = '5.5.0'

/** labelme's JSON, one beside each image: exact masks (labelme 5.3 and later), or polygons for everything before. */
export const labelme = defineExporter({
  id: 'labelme',
  extensions: ['.json'],
  options: z.object({ ...commonOptions, shape: z.enum(['masks', 'polygons']).default('masks') }),
  limits: ({ shape }) => (shape === 'masks' ? [] : ['holes']),
  write: ({ shape }, world) =>
    world.each(world.slices, async slice => {
      const image = writePng(await world.picture(slice))
      const folder = partFolder(slice, 'images')
      await world.write(`${folder}/${slice.stem}.png`, image)
      await world.write(`${folder}/${slice.stem}.json`, fileOf(slice, world, shape))
    }),
})

/** Fields as labelme writes them; `imageData: null` means that the image lies beside. */
function fileOf(slice: ExportSlice, world: ExportWorld, kind: 'masks' | 'polygons'): string {
  const names = new Map(world.labels.map(({ id, name }) => [id, name]))
  const shapes = world.objectsOf(slice).flatMap((object, index) => {
    const own = { label: names.get(object.labelId) ?? '' }
    return kind === 'masks' ? maskShape(object, slice, own) : polygonShapes(object, slice, own, index + 1)
  })
  const { stem, width, height } = slice
  const image = { imagePath: `${stem}.png`, imageData: null, imageHeight: height, imageWidth: width }
  return `${JSON.stringify({ version, flags: {}, shapes, ...image }, null, 2)}\n`
}

interface Named {
  readonly label: string
}

const rest = { description: '', flags: {} } as const

/** A picture of 0 and 1 that fills the box between two pixels, both inside. */
function maskShape({ runs, box }: Annotation, { width, height }: ExportSlice, own: Named): object[] {
  if (box === null) return []
  const { x0, y0, x1, y1 } = box
  const mask = decodeRuns(runs, width * height)
  const [columns, rows] = [x1 - x0 + 1, y1 - y0 + 1]
  const part = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const start = (y0 + row) * width + x0
    part.set(mask.subarray(start, start + columns), row * columns)
  }
  const png = writePng(tensor('uint8', [rows, columns], part))
  const points = [
    [x0, y0],
    [x1, y1],
  ]
  const place = { points, group_id: null, shape_type: 'mask', ...rest }
  return [{ ...own, ...place, mask: Buffer.from(png).toString('base64') }]
}

/** @param number - by which the parts of one object know each other */
function polygonShapes(
  { runs }: Annotation,
  { width, height }: ExportSlice,
  own: Named,
  number: number,
): object[] {
  const { parts } = polygonsOf(decodeRuns(runs, width * height), height, width)
  return parts.map(ring => ({
    ...own,
    points: Array.from({ length: ring.length / 2 }, (_, at) => [ring[2 * at], ring[2 * at + 1]]),
    group_id: parts.length > 1 ? number : null,
    shape_type: 'polygon',
    ...rest,
    mask: null,
  }))
}

import * as z from 'zod'
import type { Annotation } from '../../shared/domain/annotation'
import { columnRuns, compressRuns } from '../../shared/masks/coco-rle'
import { polygonsOf } from '../../shared/masks/polygons'
import { decodeRuns } from '../../shared/masks/rle'
import { writePng } from '../codecs'
import type { ExportSlice, ExportWorld } from './exporter'
import { defineExporter } from './exporter'
import { commonOptions, imagesOption } from './option-fields'

/** Object detection's JSON: run lengths down the columns, exact and with holes, or polygons. */
export const coco = defineExporter({
  id: 'coco',
  extensions: ['.json'],
  options: z.object({
    ...commonOptions,
    shape: z.enum(['rle', 'polygons', 'both']).default('rle'),
    images: imagesOption,
  }),
  limits: ({ shape }) => (shape === 'rle' ? [] : ['holes']),
  write: async function* ({ shape, images }, world) {
    const files = new Map<string, CocoFile>()
    yield* world.each(world.slices, async slice => {
      // First what can fail: a slice that cannot be read is in no list.
      const image = images ? writePng(await world.picture(slice)) : null
      for (const kind of shape === 'both' ? (['rle', 'polygons'] as const) : [shape]) {
        addSlice(fileOf(files, nameOf(slice, kind, shape)), { slice, world, kind })
      }
      if (image) await world.write(`images/${slice.stem}.png`, image)
    })
    for (const [name, file] of files) {
      const categories = world.labels.map(({ value, name: label }) => ({ id: value, name: label }))
      const info = { description: 'Annotations made with SliceTune. Research use only.' }
      await world.write(name, `${JSON.stringify({ info, ...file, categories })}\n`)
    }
  },
})

type ShapeKind = 'rle' | 'polygons'

interface CocoFile {
  readonly images: object[]
  readonly annotations: object[]
}

function nameOf({ split }: ExportSlice, kind: ShapeKind, asked: ShapeKind | 'both'): string {
  const part = split === null ? '' : `-${split}`
  return `annotations${part}${asked === 'both' && kind === 'polygons' ? '-polygons' : ''}.json`
}

function fileOf(files: Map<string, CocoFile>, name: string): CocoFile {
  const file = files.get(name) ?? { images: [], annotations: [] }
  files.set(name, file)
  return file
}

interface SliceOf {
  readonly slice: ExportSlice
  readonly world: ExportWorld
  readonly kind: ShapeKind
}

function addSlice(file: CocoFile, { slice, world, kind }: SliceOf): void {
  const { id, stem, width, height } = slice
  file.images.push({ id, file_name: `${stem}.png`, width, height })
  const values = new Map(world.labels.map(label => [label.id, label.value]))
  for (const object of world.objectsOf(slice)) {
    const segmentation = kind === 'rle' ? runsOf(object, slice) : outlinesOf(object, slice)
    file.annotations.push({
      id: object.id,
      image_id: id,
      category_id: values.get(object.labelId),
      segmentation,
      area: object.areaPx,
      bbox: boxOf(object),
      iscrowd: 0,
    })
  }
}

/** x, y, width, height; COCO's coordinates are those of the pixels' sides. */
function boxOf({ box }: Annotation): number[] {
  return box === null ? [0, 0, 0, 0] : [box.x0, box.y0, box.x1 - box.x0 + 1, box.y1 - box.y0 + 1]
}

function runsOf({ runs }: Annotation, { width, height }: ExportSlice): object {
  const mask = decodeRuns(runs, width * height)
  return { size: [height, width], counts: compressRuns(columnRuns(mask, height, width)) }
}

function outlinesOf({ runs }: Annotation, { width, height }: ExportSlice): object {
  return polygonsOf(decodeRuns(runs, width * height), height, width).parts
}

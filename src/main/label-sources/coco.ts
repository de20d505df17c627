import * as z from 'zod'
import { AppError } from '../../shared/errors'
import { expandRuns, maskOfColumnRuns } from '../../shared/masks/coco-rle'
import { encodeRuns } from '../../shared/masks/rle'
import { countOf } from '../../shared/text/count-of'
import { drawOutlines } from './draw-outlines'
import { looksLikeJson, parseJson } from './json-labels'
import type { DrawnObjects, LabelledObject, LabelledPicture, ObjectLabel, PictureSize } from './label-source'
import { defineLabelSource } from './label-source'
import { runsOfPart } from './part-runs'

const Id = z.union([z.int(), z.string().max(200)])
const Side = z.int().min(1).max(1_000_000)

const CocoFile = z.object({
  images: z.array(
    z.object({
      id: Id,
      file_name: z.string().min(1).max(4096),
      width: Side.optional(),
      height: Side.optional(),
    }),
  ),
  annotations: z.array(
    // What the mask looks like is checked when it is drawn: most files hold far more of them than a project needs.
    z.object({ image_id: Id, category_id: Id.optional(), segmentation: z.unknown().optional() }),
  ),
  categories: z.array(z.object({ id: Id, name: z.string().max(1000) })).default([]),
})
type CocoFile = z.infer<typeof CocoFile>
type CocoObject = CocoFile['annotations'][number]

/** One of COCO's lists with an entry of its own, or none: reports of other programs have keys of these names, too. */
const lists = [
  /"images"\s*:\s*\[\s*(\]|\{[^}]*"(id|file_name)")/,
  /"annotations"\s*:\s*\[\s*(\]|\{[^}]*"image_id")/,
  /"categories"\s*:\s*\[\s*\{[^}]*"(id|name)"/,
]

/** Object detection's JSON: outlines, and run lengths down the columns, compressed or not. */
export const coco = defineLabelSource({
  id: 'coco',
  extensions: ['.json'],
  holds: 'masks',
  sniff: head => looksLikeJson(head, lists),
  read: (bytes, file) => {
    const { images, annotations, categories } = parseJson(CocoFile, { bytes, file, what: 'COCO' })
    const names = new Map(categories.map(({ id, name }) => [id, name.trim()]))
    const byImage = new Map<CocoObject['image_id'], Numbered[]>()
    annotations.forEach((object, index) => {
      const numbered = { object, index }
      const known = byImage.get(object.image_id)
      if (known) known.push(numbered)
      else byImage.set(object.image_id, [numbered])
    })
    const pictures = images.map(image => pictureOf(image, byImage.get(image.id) ?? [], { names, file }))
    return { kind: 'pictures', pictures }
  },
})

interface Numbered {
  readonly object: CocoObject
  /** In the file's list */
  readonly index: number
}

interface World {
  readonly names: ReadonlyMap<z.infer<typeof Id>, string>
  readonly file: string
}

function pictureOf(
  { file_name: fileName, width, height }: CocoFile['images'][number],
  objects: readonly Numbered[],
  world: World,
): LabelledPicture {
  const drawable = objects.filter(({ object }) => hasMask(object.segmentation))
  return {
    fileName,
    size: width === undefined || height === undefined ? null : { width, height },
    hasObjects: objects.length > 0,
    withoutArea: objects.length - drawable.length,
    draw: size => drawAll(drawable, size, world),
  }
}

const hasMask = (segmentation: unknown): boolean =>
  segmentation !== undefined &&
  segmentation !== null &&
  !(Array.isArray(segmentation) && segmentation.length === 0)

function drawAll(objects: readonly Numbered[], size: PictureSize, world: World): DrawnObjects {
  const drawn: LabelledObject[] = []
  let [clipped, empty] = [0, 0]
  for (const { object, index } of objects) {
    const { runs, isClipped } = drawOne(object.segmentation, size, { index, file: world.file })
    if (isClipped) clipped++
    if (runs) drawn.push({ label: labelOf(object, world), runs })
    else empty++
  }
  return { objects: drawn, clipped, empty }
}

function labelOf({ category_id: id }: CocoObject, { names }: World): ObjectLabel {
  const name = id === undefined ? null : names.get(id) || null
  return { name, value: typeof id === 'number' ? id : null, colour: null }
}

const Outlines = z.union([
  z.array(z.array(z.number())),
  // Some writers leave the list of parts out where there is one.
  z.array(z.number()).transform(outline => [outline]),
])
const RunLengths = z.object({
  size: z.tuple([Side, Side]),
  counts: z.union([z.string(), z.array(z.int().min(0))]),
})

interface Place {
  readonly index: number
  readonly file: string
}

interface Drawn {
  readonly runs: readonly number[] | null
  readonly isClipped: boolean
}

function drawOne(segmentation: unknown, size: PictureSize, place: Place): Drawn {
  const wrong = (reason: string): AppError =>
    new AppError('CORRUPT_FILE', {
      file: place.file,
      reason: `as COCO, annotations[${place.index}]: ${reason}`,
    })
  try {
    if (Array.isArray(segmentation)) {
      const outlines = Outlines.safeParse(segmentation)
      if (!outlines.success) throw wrong('its outline is no list of numbers')
      const { part, isClipped } = drawOutlines(outlines.data, size)
      return { runs: runsOfPart(part, size), isClipped }
    }
    const lengths = RunLengths.safeParse(segmentation)
    if (!lengths.success) throw wrong('its mask is neither an outline nor run lengths')
    return { runs: rowRuns(lengths.data, size, wrong), isClipped: false }
  } catch (error) {
    if (error instanceof RangeError) throw wrong(error.message)
    throw error
  }
}

function rowRuns(
  { size: [height, width], counts }: z.infer<typeof RunLengths>,
  size: PictureSize,
  wrong: (reason: string) => AppError,
): number[] | null {
  if (height !== size.height || width !== size.width)
    throw wrong(`its mask measures ${height} x ${width}, its picture ${size.height} x ${size.width} pixels`)
  const runs = typeof counts === 'string' ? expandRuns(counts) : counts
  const covered = runs.reduce((sum, run) => sum + run, 0)
  if (covered !== height * width)
    throw wrong(`its run lengths cover ${covered} of ${countOf(height * width, 'pixel')}`)
  const found = encodeRuns(maskOfColumnRuns(runs, height, width))
  return found.length > 1 ? found : null
}

import * as z from 'zod'
import { numbersOf, pictureSize } from '../../core/imaging/picture'
import { AppError } from '../../shared/errors'
import { decodeBytes } from '../codecs'
import { drawCircle } from './draw-circle'
import { drawOutlines } from './draw-outlines'
import { looksLikeJson, parseJson } from './json-labels'
import type { DrawnObjects, LabelledObject, PictureSize } from './label-source'
import { defineLabelSource } from './label-source'
import type { ClippedPart, MaskPart } from './part-runs'
import { clippedPart, joinedPart, runsOfPart } from './part-runs'

const Corner = z.tuple([z.number(), z.number()])
const Side = z.int().min(1).max(1_000_000).nullish()

const Shape = z.object({
  label: z.string().max(1000),
  points: z.array(Corner),
  /** Shapes of one object have the same */
  group_id: z.union([z.int(), z.string().max(200)]).nullish(),
  shape_type: z.string().default('polygon'),
  /** PNG in base64, for the type `mask` */
  mask: z.string().nullish(),
})
type Shape = z.infer<typeof Shape>

const LabelmeFile = z.object({
  shapes: z.array(Shape),
  imagePath: z.string().min(1).max(4096),
  imageHeight: Side,
  imageWidth: Side,
})

/** labelme's JSON: outlines, rectangles, circles and masks on one picture. Coordinates are those of the pixels' sides. */
export const labelme = defineLabelSource({
  id: 'labelme',
  extensions: ['.json'],
  holds: 'masks',
  sniff: head => looksLikeJson(head, [/"shapes"\s*:/]),
  read: (bytes, file) => {
    const { shapes, imagePath, imageHeight, imageWidth } = parseJson(LabelmeFile, {
      bytes,
      file,
      what: 'labelme',
    })
    const areas = shapes.map((shape, index) => ({ shape, index })).filter(({ shape }) => hasArea(shape))
    const size = imageHeight && imageWidth ? { width: imageWidth, height: imageHeight } : null
    const picture = {
      ...{ fileName: imagePath, size, withoutArea: shapes.length - areas.length },
      hasObjects: shapes.length > 0,
      draw: (on: PictureSize) => drawAll(areas, on, file),
    }
    return { kind: 'pictures', pictures: [picture] }
  },
})

interface Numbered {
  readonly shape: Shape
  /** In the file's list */
  readonly index: number
}

const leastPoints: Readonly<Record<string, number>> = { polygon: 3, rectangle: 2, circle: 2, mask: 1 }

const hasArea = ({ shape_type: type, points }: Shape): boolean =>
  points.length >= (leastPoints[type] ?? Infinity)

async function drawAll(shapes: readonly Numbered[], size: PictureSize, file: string): Promise<DrawnObjects> {
  const objects: LabelledObject[] = []
  let [clipped, empty] = [0, 0]
  for (const group of grouped(shapes)) {
    const drawn: ClippedPart[] = []
    for (const shape of group) drawn.push(await drawShape(shape, size, file))
    const runs = runsOfPart(joinedPart(drawn.map(({ part }) => part)), size)
    if (drawn.some(({ isClipped }) => isClipped)) clipped++
    const name = group[0]?.shape.label.trim() || null
    if (runs) objects.push({ label: { name, value: null, colour: null }, runs })
    else empty++
  }
  return { objects, clipped, empty }
}

/** Shapes of one group and label are one object. */
function grouped(shapes: readonly Numbered[]): Numbered[][] {
  const groups = new Map<string, Numbered[]>()
  for (const one of shapes) {
    const { group_id: group, label } = one.shape
    const key = group === null || group === undefined ? `${one.index}` : JSON.stringify([group, label])
    const known = groups.get(key)
    if (known) known.push(one)
    else groups.set(key, [one])
  }
  return [...groups.values()]
}

async function drawShape({ shape, index }: Numbered, size: PictureSize, file: string): Promise<ClippedPart> {
  const { shape_type: type, points } = shape
  const wrong = (reason: string, cause?: unknown): AppError =>
    new AppError('CORRUPT_FILE', { file, reason: `as labelme, shapes[${index}]: ${reason}` }, { cause })
  const [[x0, y0] = [0, 0], [x1, y1] = [0, 0]] = points
  if (type === 'circle') return drawCircle([x0, y0], Math.hypot(x1 - x0, y1 - y0), size)
  if (type === 'mask') return clippedPart(await pictureMask(shape, wrong), size)
  const outline = type === 'rectangle' ? [x0, y0, x1, y0, x1, y1, x0, y1] : points.flat()
  try {
    return drawOutlines([outline], size)
  } catch (error) {
    if (error instanceof RangeError) throw wrong(error.message, error)
    throw error
  }
}

/** Its first point is where its first pixel lies. */
async function pictureMask(
  { mask, points }: Shape,
  wrong: (reason: string, cause?: unknown) => AppError,
): Promise<MaskPart> {
  const [[x, y] = [0, 0]] = points
  try {
    const { pixels } = await decodeBytes(Buffer.from(mask ?? '', 'base64'), 'mask', 'labels')
    const { width, height, channels } = pictureSize(pixels)
    const values = numbersOf(pixels)
    const set = Uint8Array.from({ length: width * height }, (_, at) => (values[at * channels] ? 1 : 0))
    return { x: Math.round(x), y: Math.round(y), width, height, mask: set }
  } catch (cause) {
    throw wrong('its mask is no picture', cause)
  }
}

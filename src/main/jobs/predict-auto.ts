import { join } from 'node:path'
import type { Finder } from '../../core/models/finder/finder'
import type { FoundEvent, JobEvent } from '../../shared/domain/events'
import type { PredictOptions } from '../../shared/domain/prediction'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import { stemOf } from '../codecs'
import { axisOf, loadImage, outcomeOf, planeCount } from '../datasets'
import { labelMapExporter } from '../exporters'
import { writeAtomically } from '../files/write-atomically'
import type { FoundObject, FoundSlice } from './find-objects'
import { findObjects } from './find-objects'
import { listImages } from './image-folder'
import type { PredictWorld } from './predict-image'
import type { LabelMap } from './predict-label-map'
import { createLabelMap } from './predict-label-map'

export interface AutoWorld extends PredictWorld {
  readonly finder: Finder
  readonly tally: { written: number; objects: number; refused: number }
}

/**
 * A label map for every image, of what the finder sees in it: an image that is probably empty gets an empty one.
 *
 * @throws AppError NO_USABLE_SLICES, FOLDER_NOT_FOUND
 */
export async function* predictAuto(
  { images }: Pick<PredictOptions, 'images'>,
  world: AutoWorld,
): AsyncGenerator<JobEvent> {
  const folder = await listImages(images)
  for (const item of folder.skipped) yield { event: 'skipped', ...item }
  if (folder.images.length === 0) throw new AppError('NO_USABLE_SLICES', { file: images })
  for (const [index, image] of folder.images.entries()) {
    if (world.stop.requested) return
    const outcome = await outcomeOf(() => autoImage(image, world))
    if ('skipped' in outcome) {
      world.tally.refused++
      yield { event: 'skipped', ...outcome.skipped }
    } else if ('stopped' in outcome.value) {
      yield { event: 'notice', message: outcome.value.stopped }
      return
    } else {
      const { events, file } = outcome.value
      yield* events
      world.tally.objects += events.reduce((sum, { objects }) => sum + objects.length, 0)
      world.tally.written++
      yield { event: 'written', file }
    }
    yield { event: 'progress', stage: 'Predicting', done: index + 1, total: folder.images.length }
  }
}

type AutoImage =
  | { readonly file: string; readonly events: readonly FoundEvent[] }
  /** A stop was asked for before the last plane: half a volume is not written */
  | { readonly stopped: string }

async function autoImage(image: string, world: AutoWorld): Promise<AutoImage> {
  const decoded = await world.files.read(image, 'image')
  const exporter = labelMapExporter(decoded.kind)
  const file = join(world.options.out, `${stemOf(image)}${exporter.extension}`)
  const other = world.sources.get(file)
  if (other !== undefined) {
    throw new AppError('UNUSABLE_SLICE', { file: image, reason: `${other} already writes ${file}` })
  }
  world.sources.set(file, image)
  const axis = axisOf(world.options.axis)
  const { shape } = decoded.pixels
  const map = createLabelMap(shape.slice(0, decoded.kind === 'volume' ? 3 : 2), axis)
  const events: FoundEvent[] = []
  let neighbours: readonly FoundObject[] = []
  const slices = slicesOf(decoded, axis)
  for (const slice of slices) {
    if (world.stop.requested) {
      const done = `${events.length} of ${slices.length} planes`
      return { stopped: `Stopped after ${done} of ${image}: its label map is not written.` }
    }
    const found = await findInSlice({ image, slice, neighbours }, world)
    paint(found, map, slice)
    events.push(foundEvent(image, slice, found))
    neighbours = slice === null ? [] : found.objects
  }
  await writeAtomically(file, await exporter.encode(map.labels, image))
  return { file, events }
}

function slicesOf({ kind, pixels }: DecodedFile, axis: 0 | 1 | 2): (number | null)[] {
  if (kind === 'picture') return [null]
  return Array.from({ length: planeCount(pixels.shape, axis) }, (_, index) => index)
}

interface AutoSlice {
  readonly image: string
  readonly slice: number | null
  readonly neighbours: readonly FoundObject[]
}

async function findInSlice(
  { image, slice, neighbours }: AutoSlice,
  { segmenter, finder, files, options }: AutoWorld,
): Promise<FoundSlice> {
  const axis = slice === null ? null : axisOf(options.axis)
  const plane = await loadImage({ imageFile: image, sliceIndex: slice, axis, spacingMm: null }, files)
  const embedding = await segmenter.embed(plane.image)
  // Objects that are all alike have no names by which the next slice would know them.
  const named = neighbours.filter(({ label }) => label !== null)
  return findObjects({ segmenter, finder }, embedding, named)
}

/** Alike objects are numbered from 1, in each slice anew. */
function paint({ objects }: FoundSlice, map: LabelMap, slice: number | null): void {
  let count = 0
  for (const { label, mask, predictedIou } of objects) {
    map.paint(mask, { label: label ?? ++count, predictedIou, slice })
  }
}

function foundEvent(image: string, slice: number | null, { findings, objects }: FoundSlice): FoundEvent {
  return {
    event: 'found',
    file: image,
    slice,
    objects: objects.map(({ label, box, predictedIou, fromNeighbour }) => {
      return { label, box, predictedIou, fromNeighbour }
    }),
    classes: findings.map(({ label, presence, probablyEmpty, calibrated }) => {
      return { label, presence, probablyEmpty, calibrated }
    }),
  }
}

import { join } from 'node:path'
import type { Segmenter } from '../../core/models/segmenter'
import { tensor } from '../../core/tensor/tensor'
import type { JobEvent } from '../../shared/domain/events'
import type { EmbedOptions } from '../../shared/domain/prediction'
import { AppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import { stemOf, writeNpy } from '../codecs'
import type { FileCache, SliceAxis } from '../datasets'
import { axisOf, createFileCache, firstReports, loadImage, outcomeOf, planeCount } from '../datasets'
import { makeFolder } from '../files/make-folder'
import { writeAtomically } from '../files/write-atomically'
import type { JobContext, JobFunction } from '../workers/contract'
import { listImages, refuseSameFolder } from './image-folder'
import { openSegmenter } from './open-segmenter'

/** Writes the encoder's features of every image, and of every plane of a volume: float32 [256, h, w]. */
export const embed: JobFunction<'embed'> = async function* (options, context) {
  const start = performance.now()
  await refuseSameFolder(options.out, { '--images': options.images })
  const { images, skipped: unread } = await listImages(options.images)
  for (const item of unread) yield { event: 'skipped', ...item }
  if (images.length === 0) throw new AppError('NO_USABLE_SLICES', { file: options.images })
  await makeFolder(options.out)
  const { segmenter } = yield* openSegmenter(context, options.model)
  const tally = { written: 0, skipped: unread.length }
  try {
    yield* embedImages(images, { segmenter, tally, options, stop: context.stop })
  } finally {
    await segmenter.dispose()
  }
  const { written, skipped } = tally
  if (written === 0 && !context.stop.requested)
    throw new AppError('NO_USABLE_SLICES', { file: options.images })
  yield {
    event: 'report',
    command: 'embed',
    written,
    skipped,
    out: options.out,
    model: options.model,
    seconds: (performance.now() - start) / 1000,
    interrupted: context.stop.requested,
    message: `${countOf(written, 'feature map')} written to ${options.out}.`,
  }
  if (options.strict && skipped > 0) {
    throw new AppError('ITEMS_REFUSED', { refused: skipped, total: skipped + written })
  }
}

interface Run extends Pick<JobContext, 'stop'> {
  readonly segmenter: Segmenter
  readonly options: EmbedOptions
  readonly tally: { written: number; skipped: number }
}

async function* embedImages(images: readonly string[], run: Run): AsyncGenerator<JobEvent> {
  const files = createFileCache()
  const axis = axisOf(run.options.axis)
  for (const [index, image] of images.entries()) {
    const listed = await outcomeOf(() => planesOf(image, axis, files))
    if ('value' in listed) yield* embedPlanes(listed.value, files, run)
    else {
      run.tally.skipped++
      yield { event: 'skipped', ...listed.skipped }
    }
    if (run.stop.requested) return
    yield { event: 'progress', stage: 'Encoding', done: index + 1, total: images.length }
  }
}

async function* embedPlanes(
  planes: readonly Plane[],
  files: FileCache,
  { segmenter, options, tally, stop }: Run,
): AsyncGenerator<JobEvent> {
  const isNew = firstReports()
  for (const [done, plane] of planes.entries()) {
    if (stop.requested) {
      const message = `Stopped after ${done} of ${planes.length} planes of ${plane.imageFile}: the others have no features yet.`
      if (done > 0) yield { event: 'notice', message }
      return
    }
    const outcome = await outcomeOf(() => embedPlane(plane, files, { segmenter, options }))
    if ('value' in outcome) {
      tally.written++
      yield { event: 'written', file: outcome.value }
    } else if (isNew(outcome.skipped)) {
      tally.skipped++
      yield { event: 'skipped', ...outcome.skipped }
    }
  }
}

interface Plane {
  readonly name: string
  readonly imageFile: string
  readonly sliceIndex: number | null
  readonly axis: SliceAxis | null
  readonly spacingMm: null
}

async function planesOf(imageFile: string, axis: SliceAxis, files: FileCache): Promise<Plane[]> {
  const { kind, pixels } = await files.read(imageFile, 'image')
  const name = stemOf(imageFile)
  if (kind === 'picture') return [{ name, imageFile, sliceIndex: null, axis: null, spacingMm: null }]
  return Array.from({ length: planeCount(pixels.shape, axis) }, (_, sliceIndex) => ({
    name: `${name}-${String(sliceIndex).padStart(3, '0')}`,
    imageFile,
    sliceIndex,
    axis,
    spacingMm: null,
  }))
}

async function embedPlane(
  plane: Plane,
  files: FileCache,
  { segmenter, options }: Pick<Run, 'segmenter' | 'options'>,
): Promise<string> {
  const { image } = await loadImage(plane, files)
  const { features } = await segmenter.embed(image)
  // One slice: [1, 256, h, w] loses its batch.
  const values = tensor('float32', features.shape.slice(1), features.data) // [256, h, w]
  const file = join(options.out, `${plane.name}.npy`)
  await writeAtomically(file, writeNpy(values))
  return file
}

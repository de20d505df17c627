import { constants, existsSync } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { pictureSize } from '../../core/imaging/picture'
import { tensor } from '../../core/tensor/tensor'
import type { AnnotationId } from '../../shared/domain/annotation'
import type { ErrorCode } from '../../shared/errors'
import { AppError, invariant, isAppError } from '../../shared/errors'
import { decodeRuns } from '../../shared/masks/rle'
import { writeNpy, writePng } from '../codecs'
import type { FileCache, PixelSpacing } from '../datasets'
import { createFileCache, loadImage } from '../datasets'
import { makeFolder } from '../files/make-folder'
import { writeAtomically, writeError } from '../files/write-atomically'
import { windowImage } from '../inference/window-image'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import { pngSize, refuseOtherSize } from './refuse-other-size'
import { sliceFileStem } from './run-files'
import type { RunSplit } from './split'
import type { TrainingSlice } from './training-slices'

/** Largest label that a PNG holds. */
const mostLabels = 65_535

export interface DataSetPlace {
  /** Absolute; replaced */
  readonly folder: string
  readonly isStopped: () => boolean
  /** Told of each slice that cannot be read any more */
  readonly onSkipped: (error: AppError) => void
}

/** Codes with which a slice is left out */
const unusable: readonly ErrorCode[] = [
  'FILE_NOT_FOUND',
  'FILE_UNREADABLE',
  'CORRUPT_FILE',
  'UNKNOWN_FORMAT',
  'UNUSABLE_SLICE',
]

/**
 * Writes what a run learns from, as files of its own: annotating goes on, and a run that is resumed next week must meet
 * what it began with. Whole or not at all; slices that cannot be read any more are left out.
 *
 * @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE; ABORTED; where a side has no slice left, why its last is missing
 */
export async function writeDataSet(
  session: ProjectSession,
  split: RunSplit,
  { folder, isStopped, onSkipped }: DataSetPlace,
): Promise<void> {
  const unfinished = `${folder}.unfinished`
  await rm(folder, { recursive: true, force: true })
  await rm(unfinished, { recursive: true, force: true })
  const files = createFileCache()
  const groups = numbered([...split.train, ...split.val, ...split.empty])
  const parts = [
    ...split.train.map(slice => ({ slice, part: 'train' })),
    ...split.empty.map(slice => ({ slice, part: 'train' })),
    ...split.val.map(slice => ({ slice, part: 'val' })),
  ]
  for (const part of ['train', 'val'])
    for (const kind of ['images', 'masks']) await makeFolder(join(unfinished, part, kind))
  const sides = [new Set(split.train), new Set(split.val)]
  const spacings = ['filename,spacing_x,spacing_y\n']
  for (const { slice, part } of parts) {
    if (isStopped()) throw new AppError('ABORTED', {})
    const stem = sliceFileStem(slice.id, groups.get(slice.group) ?? 0)
    try {
      const image = { stem: join(unfinished, part, 'images', stem), files }
      spacings.push(spacingRow(stem, await writeImage(session, slice, image)))
      await writeAtomically(join(unfinished, part, 'masks', `${stem}.png`), labelMap(session, slice))
    } catch (error) {
      if (!isUnusable(error)) throw error
      for (const side of sides) if (side.delete(slice) && side.size === 0) throw error
      onSkipped(error)
    }
    // Whoever annotates waits for this thread.
    await setImmediate()
  }
  // Distances are then told in mm.
  await writeAtomically(join(unfinished, 'spacing.csv'), spacings.join(''))
  await rename(unfinished, folder).catch((error: unknown) => {
    throw writeError(error, folder)
  })
}

const isUnusable = (error: unknown): error is AppError => isAppError(error) && unusable.includes(error.code)

function numbered(slices: readonly TrainingSlice[]): Map<string, number> {
  const names = [...new Set(slices.map(({ group }) => group))].sort()
  return new Map(names.map((name, index) => [name, index + 1]))
}

function spacingRow(stem: string, spacing: PixelSpacing | null): string {
  return spacing === null ? '' : `${stem},${spacing.x},${spacing.y}\n`
}

/** A picture that the model sees as it is needs no decoding; all else is written anew. @returns its spacing, where it is known */
async function writeImage(
  session: ProjectSession,
  slice: TrainingSlice,
  { stem, files }: { readonly stem: string; readonly files: FileCache },
): Promise<PixelSpacing | null> {
  const { window, ...place } = sliceSource(session, slice.id)
  const extension = extname(place.imageFile).toLowerCase()
  const known = session.store.slices.get(slice.id)?.spacingMm ?? null
  const own =
    !window && place.sliceIndex === null && extension === '.png' ? await pngSize(place.imageFile) : null
  if (own) {
    refuseOtherSize(session, slice.id, own)
    await copyPicture(place.imageFile, `${stem}${extension}`)
    return known
  }
  const { image, spacingMm } = await loadImage({ ...place, spacingMm: null }, files)
  refuseOtherSize(session, slice.id, pictureSize(image))
  await writeAtomically(`${stem}.npy`, writeNpy(window ? windowImage(image, window) : image))
  return known ?? spacingMm
}

/** Never a link to the same bytes: a program that saves the picture in place would change what the run learns from. */
async function copyPicture(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  } catch (error) {
    if (!existsSync(from)) throw new AppError('FILE_NOT_FOUND', { file: from }, { cause: error })
    throw writeError(error, to)
  }
}

/** The accepted objects of a slice by the number of their label; where two overlap, the later one is on top. */
function labelMap({ store }: ProjectSession, { id }: TrainingSlice): Uint8Array {
  const slice = store.slices.get(id)
  invariant(slice, 'a listed slice is there')
  const { height, width } = slice
  const labels = new Uint16Array(height * width)
  const accepted = store.annotations.ofSlice(id).filter(({ status }) => status === 'accepted')
  for (const { labelId, runs } of accepted) {
    const value = checkedLabel(labelId)
    decodeRuns(runs, labels.length).forEach((isSet, pixel) => {
      if (isSet) labels[pixel] = value
    })
  }
  return writePng(tensor('uint16', [height, width], labels))
}

function checkedLabel(id: AnnotationId): number {
  invariant(id <= mostLabels, 'a project has fewer labels than a PNG has values')
  return id
}

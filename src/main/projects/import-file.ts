import { createHash } from 'node:crypto'
import { maskOfLabel } from '../../core/imaging/labels'
import { pictureSize } from '../../core/imaging/picture'
import { AppError, isAppError } from '../../shared/errors'
import { encodeRuns } from '../../shared/masks/rle'
import type { DecodedFile } from '../codecs'
import { bytesOf, codecByName, codecs, decodeBytes, stemOf } from '../codecs'
import type { FileCache, LoadedSlice, PixelSpacing, SliceAxis } from '../datasets'
import { loadImage, loadLabels, planeCount } from '../datasets'
import type { ProjectStore } from '../database/project-store'
import { measured } from './edit-slice'
import { copyIn, imagesFolder, pathInProject } from './image-copies'
import type { ImportSource, SeriesPlan } from './import-series'
import { openSeries } from './import-series'
import { oneAtATime } from './one-at-a-time'

/** One picture or volume to add. */
export interface ImportPlan {
  readonly file: string
  /** Its label map, whose masks come in as accepted annotations */
  readonly maskFile: string | null
  /** Of a table beside it; a volume knows its own */
  readonly spacingMm: PixelSpacing | null
  /** What its slices belong to; null: itself */
  readonly group: string | null
  /** Slices in a file each, in order, that are one volume; null: `file` alone */
  readonly series?: SeriesPlan | null
}

export interface ImportTarget {
  readonly store: ProjectStore
  /** Of the project */
  readonly folder: string
  /** Copy pixels into the project, or leave them where they are */
  readonly copy: boolean
  /** Name of the label class for a value of a label map. @param values - all of its file's slice */
  readonly labelName: (value: number, values: readonly number[]) => string
}

export interface ImportOutcome {
  /** null: the project has it already */
  readonly seriesId: number | null
  readonly sliceIds: readonly number[]
  readonly annotations: number
  readonly hasSpacing: boolean
  readonly isColour: boolean
  readonly isPicture: boolean
  readonly hasOrientation: boolean
  /** What the reader has to say */
  readonly warnings: readonly string[]
}

/** Volumes are cut along z of their file, as their slices were taken. */
const volumeAxis: SliceAxis = 2

/**
 * Reads one file once and adds its slices, all or none. Of two imports into one project each waits for the other's file:
 * else both could take the same name for a copy, or add the same file twice.
 *
 * @throws AppError what reading a file can meet, UNUSABLE_SLICE, DISK_FULL, NOT_SAVED
 */
export function importFile(plan: ImportPlan, target: ImportTarget): Promise<ImportOutcome> {
  return oneAtATime(target.store, () => addFile(plan, target))
}

async function addFile(plan: ImportPlan, target: ImportTarget): Promise<ImportOutcome> {
  const { store, folder, copy } = target
  if (!plan.series && store.series.byPath(pathInProject(plan.file, folder))) return nothingNew
  const source = plan.series ? await openSeries(plan.series) : await openAlone(plan.file)
  if (store.series.bySha256(source.sha256)) return nothingNew
  const decoded = await source.decode()
  const slices = await readSlices(plan, decoded)
  store.assertInPlace()
  const path = await source.keep(folder, copy)
  const isVolume = decoded.kind === 'volume'
  const { directions, warnings } = decoded
  return store.transaction(() => {
    const seriesId = store.series.add({
      name: nameOf(plan),
      kind: decoded.kind,
      path,
      isCopied: path.startsWith(`${imagesFolder}/`),
      bytes: source.bytes,
      sha256: source.sha256,
      group: plan.group ?? decoded.place?.patient ?? path,
      axis: isVolume ? volumeAxis : null,
      planes: isVolume ? planeCount(decoded.pixels.shape, volumeAxis) : 1,
      directions: isVolume ? directions : null,
    })
    const added = slices.map(slice => addSlice(slice, seriesId, target))
    return {
      seriesId,
      sliceIds: added.map(({ id }) => id),
      annotations: added.reduce((sum, { annotations }) => sum + annotations, 0),
      hasSpacing: slices.every(({ spacingMm }) => spacingMm !== null),
      isColour: slices.some(({ isColour }) => isColour),
      isPicture: !isVolume && (decoded.place?.patient ?? null) === null,
      hasOrientation: !isVolume || directions !== null,
      warnings,
    }
  })
}

const nameOf = ({ file, series }: ImportPlan): string => series?.name ?? stemOf(file)

async function openAlone(file: string): Promise<ImportSource> {
  await refuseOtherFormat(file)
  const bytes = await bytesOf(file)
  return {
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    decode: () => decodeBytes(bytes, file, 'image'),
    keep: async (folder, copy) => (copy ? copyIn(file, bytes, folder) : pathInProject(file, folder)),
  }
}

/** Bytes that tell the formats apart */
const headLength = 512

/** What no codec knows, by name or by its first bytes, is not read whole: it may be gigabytes of something else. */
async function refuseOtherFormat(file: string): Promise<void> {
  if (codecByName(file)) return
  const head = await bytesOf(file, headLength)
  if (!codecs.some(codec => codec.sniff(head))) throw new AppError('UNKNOWN_FORMAT', { file })
}

const nothingNew: ImportOutcome = {
  seriesId: null,
  sliceIds: [],
  annotations: 0,
  hasSpacing: true,
  isColour: false,
  isPicture: false,
  hasOrientation: false,
  warnings: [],
}

interface ReadSlice {
  readonly name: string
  readonly plane: number | null
  readonly width: number
  readonly height: number
  readonly isColour: boolean
  readonly spacingMm: PixelSpacing | null
  readonly labels: Pick<LoadedSlice, 'labels' | 'labelValues'> | null
}

/** Planes with values that are no numbers are left out; a file without any other is refused. */
async function readSlices(plan: ImportPlan, decoded: DecodedFile): Promise<ReadSlice[]> {
  const image: FileCache = { read: () => Promise.resolve(decoded) }
  const mask = plan.maskFile === null ? null : await onceRead(plan.maskFile)
  if (decoded.kind === 'picture') return [await readSlice(plan, null, { image, mask })]
  const planes = decoded.pixels.shape.length <= 4 ? planeCount(decoded.pixels.shape, volumeAxis) : 1
  const slices: ReadSlice[] = []
  let refusal: unknown = null
  for (let plane = 0; plane < planes; plane++) {
    try {
      slices.push(await readSlice(plan, plane, { image, mask }))
    } catch (error) {
      if (!isAppError(error) || error.code !== 'UNUSABLE_SLICE') throw error
      refusal ??= error
    }
  }
  if (slices.length === 0) throw refusal
  return slices
}

interface Files {
  readonly image: FileCache
  readonly mask: FileCache | null
}

async function onceRead(file: string): Promise<FileCache> {
  const decoded = await decodeBytes(await bytesOf(file), file, 'labels')
  return { read: () => Promise.resolve(decoded) }
}

async function readSlice(plan: ImportPlan, plane: number | null, files: Files): Promise<ReadSlice> {
  const cut = { sliceIndex: plane, axis: plane === null ? null : volumeAxis, spacingMm: plan.spacingMm }
  const { image, spacingMm } = await loadImage({ imageFile: plan.file, ...cut }, files.image)
  const { width, height, channels } = pictureSize(image)
  const labels =
    files.mask === null || plan.maskFile === null
      ? null
      : await loadLabels({ maskFile: plan.maskFile, ...cut }, files.mask)
  if (labels) refuseOtherSize(plan, labels.labels.shape, { width, height })
  const stem = nameOf(plan)
  const name = plane === null ? stem : `${stem}-${String(plane).padStart(3, '0')}`
  return { name, plane, width, height, isColour: channels > 2, spacingMm, labels }
}

function refuseOtherSize(
  { maskFile, file }: ImportPlan,
  [maskHeight, maskWidth]: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (maskHeight === height && maskWidth === width) return
  const reason = `it measures ${maskHeight} x ${maskWidth}, its image ${height} x ${width} pixels`
  throw new AppError('UNUSABLE_SLICE', { file: maskFile ?? file, reason })
}

/** A labelled slice is done: somebody has drawn what is on it. */
function addSlice(
  { labels, name, plane, width, height, spacingMm }: ReadSlice,
  seriesId: number,
  { store, labelName }: ImportTarget,
): { id: number; annotations: number } {
  const values = labels?.labelValues ?? []
  const state = values.length > 0 ? 'done' : 'to-do'
  const id = store.slices.add({ seriesId, name, plane, width, height, spacingMm, state })
  for (const value of values) {
    const labelled = labelName(value, values)
    const label = store.labels.byName(labelled) ?? store.labels.add(labelled)
    const runs = encodeRuns(maskOfLabel(labels?.labels.data ?? [], value))
    const draft = {
      ...{ id: null, labelId: label.id, runs, prompt: null, predictedIou: null, model: null },
      ...({ status: 'accepted', origin: 'imported' } as const),
    }
    store.annotations.put(id, measured(draft, { width, height }))
  }
  return { id, annotations: values.length }
}

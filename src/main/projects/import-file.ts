import { maskOfLabel } from '../../core/imaging/labels'
import { pictureSize } from '../../core/imaging/picture'
import { AppError, isAppError } from '../../shared/errors'
import { encodeRuns } from '../../shared/masks/rle'
import type { DecodedFile } from '../codecs'
import { bytesOf, decodeBytes } from '../codecs'
import type { FileCache, LoadedSlice, PixelSpacing, SliceAxis } from '../datasets'
import { loadImage, loadLabels, planeCount } from '../datasets'
import type { ProjectStore } from '../database/project-store'
import { layVolume } from '../label-imports/lay-volume'
import { measured } from './edit-slice'
import { imagesFolder, pathInProject } from './image-copies'
import type { KeepOptions } from './import-source'
import { openAlone } from './import-source'
import type { SeriesPlan } from './import-series'
import { openSeries } from './import-series'
import { oneAtATime } from './one-at-a-time'
import { patientGroup } from './project-pseudonyms'

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

export interface ImportTarget extends KeepOptions {
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
  readonly mayShowText: boolean
  /** Attributes that the copies no longer hold, or hold otherwise */
  readonly cleanedTags: number
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
  const { store, folder } = target
  if (!plan.series && store.series.byPath(pathInProject(plan.file, folder))) return nothingNew
  const source = await (plan.series ? openSeries(plan.series, target) : openAlone(plan.file, target))
  if (store.series.bySha256(source.sha256)) return nothingNew
  const decoded = await source.decode()
  const slices = await readSlices(plan, source.name, decoded)
  store.assertInPlace()
  const { path, cleanedTags } = await source.keep()
  const isVolume = decoded.kind === 'volume'
  const { directions, warnings } = decoded
  return store.transaction(() => {
    const seriesId = store.series.add({
      name: source.name,
      kind: decoded.kind,
      path,
      isCopied: path.startsWith(`${imagesFolder}/`),
      bytes: source.bytes,
      sha256: source.sha256,
      group: plan.group ?? groupOf(store, decoded) ?? path,
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
      mayShowText: decoded.mayShowText,
      cleanedTags,
      warnings,
    }
  })
}

function groupOf(store: ProjectStore, { place }: DecodedFile): string | null {
  const patient = place?.patient ?? null
  return patient === null ? null : patientGroup(store, patient)
}

const nothingNew: ImportOutcome = {
  seriesId: null,
  sliceIds: [],
  annotations: 0,
  hasSpacing: true,
  isColour: false,
  isPicture: false,
  hasOrientation: false,
  mayShowText: false,
  cleanedTags: 0,
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
async function readSlices(plan: ImportPlan, name: string, decoded: DecodedFile): Promise<ReadSlice[]> {
  const image: FileCache = { read: () => Promise.resolve(decoded) }
  const mask = plan.maskFile === null ? null : await onceRead(plan.maskFile, decoded, name)
  if (decoded.kind === 'picture') return [await readSlice(plan, null, { name, image, mask })]
  const planes = decoded.pixels.shape.length <= 4 ? planeCount(decoded.pixels.shape, volumeAxis) : 1
  const slices: ReadSlice[] = []
  let refusal: unknown = null
  for (let plane = 0; plane < planes; plane++) {
    try {
      slices.push(await readSlice(plan, plane, { name, image, mask }))
    } catch (error) {
      if (!isAppError(error) || error.code !== 'UNUSABLE_SLICE') throw error
      refusal ??= error
    }
  }
  if (slices.length === 0) throw refusal
  return slices
}

interface Files {
  /** Of the whole */
  readonly name: string
  readonly image: FileCache
  readonly mask: FileCache | null
}

/** A label volume in the order of its image's voxels, where both say where they lie. */
async function onceRead(file: string, image: DecodedFile, name: string): Promise<FileCache> {
  const decoded = await decodeBytes(await bytesOf(file), file, 'labels')
  const areBothPlaced = decoded.hasPlace && image.hasPlace && image.pixels.shape.length === 3
  const [depth = 1, height = 1, width = 1] = image.pixels.shape
  const grid = { sizes: [width, height, depth] as const, affine: image.affine }
  const { labels } =
    areBothPlaced && decoded.kind === 'volume' ? layVolume(file, decoded, grid, name) : { labels: decoded }
  return { read: () => Promise.resolve(labels) }
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
  const name = plane === null ? files.name : `${files.name}-${String(plane).padStart(3, '0')}`
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

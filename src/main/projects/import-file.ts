import type { AboutFile } from '../codecs'
import { planeCount } from '../datasets'
import type { ProjectStore } from '../database/project-store'
import { measured } from './edit-slice'
import { imagesFolder, pathInProject } from './image-copies'
import type { KeepOptions } from './import-source'
import { openAlone } from './import-source'
import type { SliceToAdd, SlicesPlan } from './import-slices'
import { readSlices, volumeAxis } from './import-slices'
import type { SeriesPlan } from './import-series'
import { openSeries } from './import-series'
import { oneAtATime } from './one-at-a-time'
import { patientGroup } from './project-pseudonyms'

/** One picture or volume to add. */
export interface ImportPlan extends SlicesPlan {
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
  const image = await source.open()
  const { about } = image
  const slices = await readSlices(plan, source.name, image)
  store.assertInPlace()
  const { path, cleanedTags } = await source.keep()
  const isVolume = about.kind === 'volume'
  const { directions, warnings } = about
  return store.transaction(() => {
    const seriesId = store.series.add({
      name: source.name,
      kind: about.kind,
      path,
      isCopied: path.startsWith(`${imagesFolder}/`),
      bytes: source.bytes,
      sha256: source.sha256,
      group: plan.group ?? groupOf(store, about) ?? path,
      axis: isVolume ? volumeAxis : null,
      planes: isVolume ? planeCount(about.shape, volumeAxis) : 1,
      directions: isVolume ? directions : null,
    })
    const added = slices.map(slice => addSlice(slice, seriesId, target))
    takeFileWindow(store, about, added)
    return {
      seriesId,
      sliceIds: added.map(({ id }) => id),
      annotations: added.reduce((sum, { annotations }) => sum + annotations, 0),
      hasSpacing: slices.every(({ spacingMm }) => spacingMm !== null),
      isColour: slices.some(({ isColour }) => isColour),
      isPicture: !isVolume && (about.place?.patient ?? null) === null,
      hasOrientation: !isVolume || directions !== null,
      mayShowText: about.mayShowText,
      cleanedTags,
      warnings,
    }
  })
}

function groupOf(store: ProjectStore, { place }: AboutFile): string | null {
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

/** What the machine that made it proposes to look at it with; "Auto" takes it back. */
function takeFileWindow(
  store: ProjectStore,
  { windows: [window] }: AboutFile,
  added: readonly { readonly id: number; readonly isColour: boolean }[],
): void {
  for (const { id, isColour } of added) if (window && !isColour) store.slices.setWindow(id, window)
}

/** A labelled slice is done: somebody has drawn what is on it. */
function addSlice(
  { objects, name, plane, width, height, spacingMm, isColour }: SliceToAdd,
  seriesId: number,
  { store, labelName }: ImportTarget,
): { id: number; annotations: number; isColour: boolean } {
  const values = objects.map(({ value }) => value)
  const state = values.length > 0 ? 'done' : 'to-do'
  const id = store.slices.add({ seriesId, name, plane, width, height, spacingMm, state })
  for (const { value, runs } of objects) {
    const labelled = labelName(value, values)
    const label = store.labels.byName(labelled) ?? store.labels.add(labelled)
    const draft = {
      ...{ id: null, labelId: label.id, runs, prompt: null, predictedIou: null, model: null },
      ...({ status: 'accepted', origin: 'imported' } as const),
    }
    store.annotations.put(id, measured(draft, { width, height }))
  }
  return { id, annotations: values.length, isColour }
}

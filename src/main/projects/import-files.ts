import { setTimeout as pause } from 'node:timers/promises'
import type { ImportedItem, ImportEvent } from '../../shared/contract/imports'
import { problemOf } from '../../shared/problem-of'
import type { ErrorCode } from '../../shared/errors'
import { AppError, isAppError } from '../../shared/errors'
import { findImportFiles } from './find-import-files'
import type { ImportOutcome } from './import-file'
import { importFile } from './import-file'
import type { FoundItem } from './import-series'
import { importFoundLabels, withLabelFiles } from './import-found-labels'
import { groupSeries } from './import-series'
import type { ProjectSession } from './project-session'

export interface ImportOptions {
  /** Absolute */
  readonly paths: readonly string[]
  /** Copy the files into the project, or leave them where they are */
  readonly copy: boolean
  /** Whether copies and names keep what identifies patients; as a rule they do not */
  readonly keepTags?: boolean
  /** Links that lead out of these are not followed; empty: all are */
  readonly roots?: readonly string[]
  /** Name that the state of a slice with imported labels is signed with */
  readonly by?: string
  /** What is imported until then stays */
  readonly signal?: AbortSignal | undefined
}

/** Codes after which no other file would fare better. */
const fatal: ReadonlySet<ErrorCode> = new Set([
  'DISK_FULL',
  'NOT_SAVED',
  'READ_ONLY_PROJECT',
  'FOLDER_NOT_WRITABLE',
  'LINK_IN_PROJECT',
] as const)

/** Files after which those who watch are told, so that the list grows while they wait. */
const announceEvery = 20

/**
 * Reads each file once and adds what can be used; one bad file never stops the others. Masks that lie among the images are
 * attached once these are there.
 *
 * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED, FOLDER_NOT_WRITABLE
 */
export async function* importFiles(
  session: ProjectSession,
  options: ImportOptions,
): AsyncGenerator<ImportEvent> {
  session.assertEditable()
  const { paths, roots = [], signal } = options
  const found = yield* scanning(async onFound => {
    const all = await findImportFiles(paths, { roots, signal, onFound })
    return withLabelFiles(await groupSeries(all, signal))
  })
  const counts = { ready: 0, slices: 0, known: 0, notSupported: 0, failed: 0, labels: 0, cleanedTags: 0 }
  for await (const event of importAll(session, found, { ...options, counts })) {
    if (event.event === 'item') count(counts, event)
    yield event
  }
  yield { event: 'report', ...counts }
}

async function* importAll(
  session: ProjectSession,
  found: readonly FoundItem[],
  { counts, copy, keepTags = false, by = '', roots, signal }: ImportOptions & { readonly counts: Counts },
): AsyncGenerator<Exclude<ImportEvent, { event: 'report' }>> {
  const images = found.filter(({ isLabels }) => !isLabels)
  const labels = found.filter(({ isLabels }) => isLabels)
  const total = found.length
  try {
    for (const [done, file] of images.entries()) {
      if (signal?.aborted === true) return
      yield { event: 'progress', done, total }
      yield* await importFound(session, file, { copy, keepTags, counts })
      if (done % announceEvery === announceEvery - 1) announce(session)
    }
  } finally {
    announce(session)
  }
  if (labels.length === 0) return
  for await (const event of importFoundLabels(session, labels, { by, roots, signal })) {
    yield event.event === 'progress' ? { ...event, done: images.length + event.done, total } : event
  }
}

/** Between two of them a person sees no difference */
const scanEveryMs = 200

/** Tells how many files were found so far, while they are looked for. */
async function* scanning(
  look: (onFound: () => void) => Promise<FoundItem[]>,
): AsyncGenerator<ImportEvent, FoundItem[]> {
  let [files, told] = [0, 0]
  const looked = look(() => files++)
  for (;;) {
    const next = await Promise.race([looked, pause(scanEveryMs, null)])
    if (next !== null) return next
    if (files > told) yield { event: 'scan', files: (told = files) }
  }
}

type Counts = Omit<Extract<ImportEvent, { event: 'report' }>, 'event'>

function count(counts: Counts, { outcome, slices }: ImportedItem): void {
  const field = {
    ready: 'ready',
    known: 'known',
    labels: 'labels',
    'not-supported': 'notSupported',
    failed: 'failed',
  }
  counts[field[outcome] as keyof Counts]++
  if (outcome === 'ready') counts.slices += slices
}

function announce({ changes, store }: ProjectSession): void {
  changes.publish({ kind: 'slices-added' })
  changes.publish({ kind: 'labels', labels: store.labels.list() })
  changes.publish({ kind: 'saved', at: new Date().toISOString() })
}

/** The file, and its label map where it has one. */
async function importFound(
  session: ProjectSession,
  found: FoundItem,
  { counts, ...how }: Pick<ImportOptions, 'copy' | 'keepTags'> & { readonly counts: Counts },
): Promise<ImportedItem[]> {
  const { store, folder } = session
  const { file, maskFile, spacingMm, series } = found
  try {
    if (found.isLostMask)
      throw new AppError('UNUSABLE_SLICE', { file, reason: 'it has no image of the same name' })
    const outcome = await importFile(
      { file, maskFile, spacingMm, group: null, series },
      { store, folder, ...how, labelName: labelOfValue },
    )
    counts.cleanedTags += outcome.cleanedTags
    return itemsOf(found, outcome)
  } catch (error) {
    if (!isAppError(error) || fatal.has(error.code)) throw error
    const outcome = error.code === 'UNKNOWN_FORMAT' ? 'not-supported' : 'failed'
    return [{ event: 'item', file: found.shown, outcome, slices: 0, notes: [], error: problemOf(error) }]
  }
}

/** 255 alone is how many programs write yes. */
function labelOfValue(value: number, values: readonly number[]): string {
  return `Label ${value === 255 && values.length === 1 ? 1 : value}`
}

function itemsOf({ shown, maskFile, series }: FoundItem, outcome: ImportOutcome): ImportedItem[] {
  const slices = outcome.sliceIds.length
  const item: ImportedItem = { event: 'item', file: shown, outcome: 'known', slices, notes: [], error: null }
  if (outcome.seriesId === null) return [item]
  const picture: ImportedItem = { ...item, outcome: 'ready', notes: notesOf(outcome, series) }
  const labels: ImportedItem = { ...item, file: maskNameOf(shown, maskFile), outcome: 'labels' }
  return maskFile === null ? [picture] : [picture, labels]
}

function notesOf(outcome: ImportOutcome, series: FoundItem['series']): ImportedItem['notes'] {
  const isSaid = {
    'no-spacing': !outcome.hasSpacing,
    colour: outcome.isColour,
    'own-group': outcome.isPicture,
    'unknown-orientation': !outcome.isPicture && !outcome.hasOrientation,
    'labels-found': outcome.annotations > 0,
    'first-volume': outcome.warnings.some(text => text.includes('of which the first')),
    gaps: (series?.gaps ?? 0) > 0,
    'burned-in': outcome.mayShowText,
    duplicates: (series?.duplicates ?? 0) > 0,
  } as const satisfies Record<ImportedItem['notes'][number], boolean>
  // The keys are those of the record above.
  return (Object.keys(isSaid) as ImportedItem['notes']).filter(note => isSaid[note])
}

/** The label map's own name, in the folder of masks that lies beside that of images. */
function maskNameOf(shown: string, maskFile: string | null): string {
  const parts = (maskFile ?? shown).split(/[\\/]/)
  return parts.slice(-Math.min(parts.length, shown.split(/[\\/]/).length)).join('/')
}

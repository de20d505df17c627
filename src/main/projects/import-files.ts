import type { ImportedItem, ImportEvent } from '../../shared/contract/imports'
import type { ErrorCode } from '../../shared/errors'
import { AppError, isAppError } from '../../shared/errors'
import type { FoundFile } from './find-import-files'
import { findImportFiles } from './find-import-files'
import type { ImportOutcome } from './import-file'
import { importFile } from './import-file'
import type { ProjectSession } from './project-session'

export interface ImportOptions {
  /** Absolute */
  readonly paths: readonly string[]
  /** Copy the files into the project, or leave them where they are */
  readonly copy: boolean
  /** Links that lead out of these are not followed; empty: all are */
  readonly roots?: readonly string[]
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
 * Reads each file once and adds what can be used; one bad file never stops the others.
 *
 * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED, FOLDER_NOT_WRITABLE
 */
export async function* importFiles(
  session: ProjectSession,
  { paths, copy, roots = [], signal }: ImportOptions,
): AsyncGenerator<ImportEvent> {
  session.assertEditable()
  const files = await findImportFiles(paths, roots, signal)
  const total = files.length
  const counts = { ready: 0, slices: 0, known: 0, notSupported: 0, failed: 0, labels: 0 }
  try {
    for (const [done, file] of files.entries()) {
      if (signal?.aborted === true) break
      yield { event: 'progress', done, total }
      for (const item of await importFound(session, file, copy)) {
        count(counts, item)
        yield item
      }
      if (done % announceEvery === announceEvery - 1) announce(session)
    }
  } finally {
    announce(session)
  }
  yield { event: 'report', ...counts }
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
  found: FoundFile,
  copy: boolean,
): Promise<ImportedItem[]> {
  const { store, folder } = session
  const { file, maskFile, spacingMm } = found
  try {
    if (found.isLostMask)
      throw new AppError('UNUSABLE_SLICE', { file, reason: 'it has no image of the same name' })
    const outcome = await importFile(
      { file, maskFile, spacingMm, group: null },
      { store, folder, copy, labelName: labelOfValue },
    )
    return itemsOf(found, outcome)
  } catch (error) {
    if (!isAppError(error) || fatal.has(error.code)) throw error
    const outcome = error.code === 'UNKNOWN_FORMAT' ? 'not-supported' : 'failed'
    const { code, message } = error
    return [{ event: 'item', file: found.shown, outcome, slices: 0, notes: [], error: { code, message } }]
  }
}

/** 255 alone is how many programs write yes. */
function labelOfValue(value: number, values: readonly number[]): string {
  return `Label ${value === 255 && values.length === 1 ? 1 : value}`
}

function itemsOf({ shown, maskFile }: FoundFile, outcome: ImportOutcome): ImportedItem[] {
  const slices = outcome.sliceIds.length
  const item: ImportedItem = { event: 'item', file: shown, outcome: 'known', slices, notes: [], error: null }
  if (outcome.seriesId === null) return [item]
  const notes: ImportedItem['notes'] = []
  if (!outcome.hasSpacing) notes.push('no-spacing')
  if (outcome.isColour) notes.push('colour')
  if (outcome.isPicture) notes.push('own-group')
  if (!outcome.isPicture && !outcome.hasOrientation) notes.push('unknown-orientation')
  if (outcome.annotations > 0) notes.push('labels-found')
  const picture: ImportedItem = { ...item, outcome: 'ready', notes }
  const labels: ImportedItem = { ...item, file: maskNameOf(shown, maskFile), outcome: 'labels' }
  return maskFile === null ? [picture] : [picture, labels]
}

/** The label map's own name, in the folder of masks that lies beside that of images. */
function maskNameOf(shown: string, maskFile: string | null): string {
  const parts = (maskFile ?? shown).split(/[\\/]/)
  return parts.slice(-Math.min(parts.length, shown.split(/[\\/]/).length)).join('/')
}

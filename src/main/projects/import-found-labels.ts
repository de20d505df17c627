import type { ImportedItem, ImportEvent } from '../../shared/contract/imports'
import type { ImportedLabels } from '../../shared/contract/label-imports'
import { AppError } from '../../shared/errors'
import { problemOf } from '../../shared/problem-of'
import { codecByName } from '../codecs'
import type { LabelImport } from '../label-imports/import-labels'
import { importLabelFiles } from '../label-imports/import-labels'
import { isLabelFile } from '../label-sources'
import type { FoundItem } from './import-series'
import type { ProjectSession } from './project-session'

/** Tells the files that hold masks from the images among which they lie. */
export async function withLabelFiles(found: readonly FoundItem[]): Promise<FoundItem[]> {
  const told: FoundItem[] = []
  for (const item of found) {
    const isLabels =
      item.isLabels || (mayHoldLabels(item) && (await isLabelFile(item.file).catch(() => false)))
    told.push({ ...item, isLabels })
  }
  return told
}

/** DICOM, which often has no ending, and NRRD: ten thousand other files are not opened for it. */
function mayHoldLabels({ file, series, maskFile, isLostMask }: FoundItem): boolean {
  const codec = codecByName(file)?.id
  return (
    !series && maskFile === null && !isLostMask && (codec === undefined || ['dicom', 'nrrd'].includes(codec))
  )
}

type Event = Exclude<ImportEvent, { event: 'report' | 'scan' }>

/** Attaches masks that came along with images, once these are there; all of them are one step of undo. */
export async function* importFoundLabels(
  session: ProjectSession,
  found: readonly FoundItem[],
  request: LabelImport,
): AsyncGenerator<Event> {
  const places = found.map(({ file, shown }) => ({ file, shown, isNamed: true }))
  for await (const event of importLabelFiles(session, places, request)) {
    if (event.event === 'progress') yield event
    if (event.event === 'item') yield itemOf(event)
  }
}

function itemOf({
  file,
  slices,
  error,
  unmatched,
  unmatchedCount,
  masks,
  known,
}: ImportedLabels): ImportedItem {
  const [first] = unmatched
  const more = unmatchedCount > 1 ? ` (and ${unmatchedCount - 1} more)` : ''
  const part =
    first && new AppError('LABELS_NOT_MATCHED', { file, reason: `${first.name}: ${first.reason}${more}` })
  const problem = error ?? (part ? problemOf(part) : null)
  const isAttached = masks + known > 0 || problem === null
  const outcome = isAttached ? 'labels' : 'failed'
  return { event: 'item', file, outcome, slices, notes: [], error: problem }
}

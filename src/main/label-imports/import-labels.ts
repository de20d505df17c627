import type { LabelImportEvent } from '../../shared/contract/label-imports'
import type { ErrorCode } from '../../shared/errors'
import { AppError, invariant, isAppError } from '../../shared/errors'
import type { LabelNames } from '../label-sources'
import type { ProjectSession } from '../projects/project-session'
import type { LabelFilePlace } from './find-label-files'
import { findLabelFiles } from './find-label-files'
import { createImageGrids } from './image-grids'
import { createImageNames } from './image-names'
import { createNameLists } from './label-names'
import type { LabelPlan, LabelTargets } from './label-plan'
import { readPlan } from './read-plan'
import { itemOf, refusedItem, reportOf } from './report-labels'
import { refuseLockedLabels, storeLabels } from './store-labels'

export interface LabelImport {
  /** ID of the only series that they may go to */
  readonly series?: number | null
  /** Each value of a label map is an object of this label; null: values are labels */
  readonly objectsOf?: string | null
  /** Links that lead out of these are not followed; empty: all are */
  readonly roots?: readonly string[] | undefined
  /** Name that the state of a slice is signed with */
  readonly by: string
  readonly signal?: AbortSignal | undefined
}

/** Codes after which no other file would fare better. */
const fatal: ReadonlySet<ErrorCode> = new Set([
  'ABORTED',
  'DISK_FULL',
  'NOT_SAVED',
  'READ_ONLY_PROJECT',
] as const)

/**
 * Attaches masks that were made elsewhere to the images of a project. All files are read before anything is stored, and what
 * they hold is stored in one step: cancelled, nothing is changed; done, one undo takes it back. One bad file never stops the
 * others.
 *
 * @param paths - absolute; files and folders
 * @throws AppError READ_ONLY_PROJECT, NO_SUCH_ITEM, DISK_FULL, NOT_SAVED
 */
export async function* importLabels(
  session: ProjectSession,
  { paths, ...request }: LabelImport & { readonly paths: readonly string[] },
): AsyncGenerator<LabelImportEvent> {
  session.assertEditable()
  const { roots = [], signal } = request
  yield* importLabelFiles(session, await findLabelFiles(paths, { roots, signal }), request)
}

/** The same for files that were found. */
export async function* importLabelFiles(
  session: ProjectSession,
  files: readonly LabelFilePlace[],
  request: LabelImport,
): AsyncGenerator<LabelImportEvent> {
  session.assertEditable()
  const targets = targetsOf(session, request)
  const outcomes: Outcome[] = []
  try {
    for await (const outcome of readAll(files, targets, request.roots ?? [])) {
      if ('done' in outcome) yield { event: 'progress', done: outcome.done, total: files.length }
      else outcomes.push(outcome)
    }
  } catch (error) {
    if (isAppError(error) && error.code === 'ABORTED') return
    throw error
  }
  if (request.signal?.aborted === true) return
  yield* stored(session, outcomes, request.by)
}

function targetsOf(
  session: ProjectSession,
  { series = null, objectsOf = null, signal }: LabelImport,
): LabelTargets {
  const only = series === null ? null : session.store.series.get(series)
  if (series !== null && !only) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(series) })
  const names = createImageNames(session.store)
  return { session, names, grids: createImageGrids(session), only, objectsOf, signal }
}

type Outcome =
  | { readonly place: LabelFilePlace; readonly plan: LabelPlan }
  | { readonly place: LabelFilePlace; readonly error: AppError }

/** Lists of names that were given come first: they hold for all the others. */
async function* readAll(
  files: readonly LabelFilePlace[],
  targets: LabelTargets,
  roots: readonly string[],
): AsyncGenerator<Outcome | { readonly done: number }> {
  const given: LabelNames[] = []
  const isList = ({ file, isNamed }: LabelFilePlace): boolean => isNamed && /\.(txt|label|json)$/i.test(file)
  const ordered = [...files.filter(isList), ...files.filter(place => !isList(place))]
  for (const [done, place] of ordered.entries()) {
    if (targets.signal?.aborted === true) return
    yield { done }
    try {
      const read = await readPlan(place, targets, createNameLists(given, roots))
      if (read.kind === 'names' && place.isNamed) given.push(read.names)
      if (read.kind === 'plan') yield { place, plan: read.plan }
    } catch (error) {
      if (!isAppError(error) || fatal.has(error.code)) throw error
      yield { place, error }
    }
  }
}

function* stored(
  session: ProjectSession,
  outcomes: readonly Outcome[],
  by: string,
): Generator<LabelImportEvent> {
  const before = session.store.labels.list().length
  const checked = outcomes.map(outcome => withoutLocked(session, outcome))
  const plans = checked.flatMap(outcome => ('plan' in outcome ? [outcome.plan] : []))
  const results = storeLabels(session, plans, by)
  let at = 0
  const items = checked.map(outcome => {
    if ('error' in outcome) return refusedItem(outcome)
    const result = results[at++]
    invariant(result, 'every plan has a result')
    return itemOf(outcome.place, outcome.plan, result)
  })
  yield* items
  const slices = new Set(results.flatMap(result => [...result.slices])).size
  yield reportOf(items, { slices, newLabels: session.store.labels.list().length - before })
}

function withoutLocked({ store }: ProjectSession, outcome: Outcome): Outcome {
  if ('error' in outcome) return outcome
  try {
    refuseLockedLabels(store, outcome.plan)
    return outcome
  } catch (error) {
    if (!isAppError(error)) throw error
    return { place: outcome.place, error }
  }
}

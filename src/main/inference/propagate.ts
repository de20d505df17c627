import type { Propagated } from '../../shared/contract/segment'
import type { Annotation } from '../../shared/domain/annotation'
import { voxelMaskOf } from '../../shared/domain/cross-plane'
import type { Box } from '../../shared/domain/prompt'
import { AppError, isAppError } from '../../shared/errors'
import { measureRuns } from '../../shared/masks/measure-runs'
import type { RunLengths } from '../../shared/masks/rle'
import { sharedArea } from '../../shared/masks/run-overlap'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import type { ReviewModel } from '../reviews/review-model'
import type { FoundMask, Inference } from './inference'
import type { PlaneAlong, PlanesAlong } from './planes-along'
import { planesAlong } from './planes-along'

export interface PropagateTask {
  readonly session: ProjectSession
  readonly inference: Inference
  readonly model: ReviewModel
  readonly slice: number
  readonly annotations: readonly number[]
  /** `up`: to planes with higher numbers */
  readonly direction: 'up' | 'down' | 'both'
  /** It stops where the predicted IoU falls below */
  readonly stopBelow: number
  readonly signal?: AbortSignal | undefined
}

/** An object on its way: as it was on the last plane. */
interface Carried {
  readonly labelId: number
  readonly runs: RunLengths
  readonly box: Box
}

interface Answer {
  readonly runs: RunLengths
  readonly box: Box
  readonly predictedIou: number
  /** What the model was asked */
  readonly asked: Box
}

/** Added to the box of the plane before on every side, as a part of its size: objects change from plane to plane. */
const margin = 0.1
/** Two masks that share more of the smaller one than this show one object. */
const sameObject = 0.5

/**
 * Carries annotations from plane to plane through their volume. Each answer is stored as a proposal at once; all of them
 * are undone together. A mask that a person has accepted is never replaced: the way goes on from there. It ends where
 * the project is closed, and where a person undoes it while it is on its way.
 *
 * @throws AppError NO_SUCH_ITEM, LABEL_LOCKED, READ_ONLY_PROJECT, and what opening the model can meet
 */
export async function* propagate(whole: PropagateTask): AsyncGenerator<Propagated> {
  const { session } = whole
  const end = new AbortController()
  session.changes.onClose(() => end.abort())
  const signal = AbortSignal.any([end.signal, ...(whole.signal ? [whole.signal] : [])])
  const task = { ...whole, signal, end: () => end.abort() }
  session.assertEditable()
  const planes = planesAlong(session, task.slice)
  const objects = task.annotations.map(id => carriedFrom(session, planes, id))
  const { hasFinder } = await task.inference.describe(task.model.name)
  const journal = { step: null as number | null }
  const stoppedAt: number[] = []
  let slices = 0
  for (const step of stepsOf(task.direction)) {
    let alive: readonly Carried[] = objects
    for (let plane = planes.start + step; alive.length > 0; plane += step) {
      const slice = planes.at(plane)
      if (signal.aborted || !slice) break
      const next = await carryTo(slice, alive, { task, planes, hasFinder, journal })
      if (next === null) break
      yield { event: 'slice', slice: slice.id, plane, predictedIou: next.predictedIou, kept: next.kept > 0 }
      if (next.kept > 0) slices++
      if (next.alive.length < alive.length) stoppedAt.push(slice.id)
      alive = next.alive
    }
  }
  yield { event: 'report', slices, stoppedAt, interrupted: signal.aborted }
}

const stepsOf = (direction: PropagateTask['direction']): readonly number[] =>
  ({ up: [1], down: [-1], both: [1, -1] })[direction]

function carriedFrom({ store }: ProjectSession, planes: PlanesAlong, id: number): Carried {
  const start = planes.at(planes.start)
  const annotation = start && planes.annotationsOn(start).find(one => one.id === id)
  if (!annotation?.box) throw new AppError('NO_SUCH_ITEM', { kind: 'annotation', id: String(id) })
  const label = store.labels.get(annotation.labelId)
  if (label?.isLocked === true) throw new AppError('LABEL_LOCKED', { label: label.name })
  return { labelId: annotation.labelId, runs: annotation.runs, box: annotation.box }
}

interface Way {
  readonly task: PropagateTask & { readonly signal: AbortSignal; readonly end: () => void }
  readonly planes: PlanesAlong
  readonly hasFinder: boolean
  /** The step of the journal that all of this is */
  readonly journal: { step: number | null }
}

interface Arrived {
  readonly alive: readonly Carried[]
  /** Proposals written */
  readonly kept: number
  /** The lowest of its objects; null where nothing was asked */
  readonly predictedIou: number | null
}

/** @returns null where it was cancelled */
async function carryTo(slice: PlaneAlong, objects: readonly Carried[], way: Way): Promise<Arrived | null> {
  const nowhere: Arrived = { alive: [], kept: 0, predictedIou: null }
  if (slice.isEmpty) return nowhere
  try {
    const answers = await answersOn(slice, objects, way)
    if (isTakenBack(way)) way.task.end()
    return way.task.signal.aborted ? null : store(slice, answers.filter(isWanted(way)), way)
  } catch (error) {
    if (way.task.signal.aborted) return null
    // The way ends at a plane that cannot be read.
    if (isAppError(error) && ['UNUSABLE_SLICE', 'CORRUPT_FILE', 'FILE_NOT_FOUND'].includes(error.code))
      return nowhere
    throw error
  }
}

/** A person has undone what it has written so far. */
function isTakenBack({ task: { session, signal }, journal: { step } }: Way): boolean {
  return !signal.aborted && step !== null && !session.store.journal.isDone(step)
}

/** Not of a label that was removed or locked meanwhile. */
const isWanted =
  ({ task: { session } }: Way) =>
  ({ object }: { readonly object: Carried }): boolean =>
    session.store.labels.get(object.labelId)?.isLocked === false

async function answersOn(
  slice: PlaneAlong,
  objects: readonly Carried[],
  { task, hasFinder }: Way,
): Promise<{ object: Carried; answer: Answer | null }[]> {
  const { inference, model, session, signal } = task
  const source = sliceSource(session, slice.id)
  const found = hasFinder ? (await inference.find(model.name, source, [], { signal })).objects : []
  const answers: { object: Carried; answer: Answer | null }[] = []
  for (const object of objects) {
    const asked = widened(object.box, slice)
    const [best] = await inference.segment(model.name, source, { box: asked, points: [] }, { signal })
    const box = best ? measureRuns(best.runs, slice.width).box : null
    const own = best && box ? [{ runs: best.runs, box, predictedIou: best.predictedIou, asked }] : []
    const [answer = null] = [...own, ...foundAgain(object, found, slice)].sort(
      (a, b) => b.predictedIou - a.predictedIou,
    )
    answers.push({ object, answer })
  }
  return answers
}

/** What the finder sees of an object. */
function foundAgain(object: Carried, found: readonly FoundMask[], { width }: PlaneAlong): Answer[] {
  return found.flatMap(({ label, runs, box, predictedIou, areaPx }) => {
    const smaller = Math.min(areaPx, measureRuns(object.runs, width).areaPx)
    const isIt =
      (label === null || label === object.labelId) && sharedArea(runs, object.runs) > sameObject * smaller
    const own = measureRuns(runs, width).box
    return isIt && own ? [{ runs, box: own, predictedIou, asked: box }] : []
  })
}

/** Writes what is good enough; what is not ends there. */
function store(
  slice: PlaneAlong,
  answers: readonly { readonly object: Carried; readonly answer: Answer | null }[],
  { task, planes, journal }: Way,
): Arrived {
  const { session, model, stopBelow } = task
  const good = answers.flatMap(({ object, answer }) =>
    answer && answer.predictedIou >= stopBelow ? [{ object, answer }] : [],
  )
  const predictedIou = answers.reduce<number | null>(
    (least, { answer }) => (answer ? Math.min(least ?? 1, answer.predictedIou) : least),
    null,
  )
  if (good.length === 0) return { alive: [], kept: 0, predictedIou }
  const scope = { ...planes.scopeOf(slice), joins: journal.step }
  const { id, result } = session.act('propagate', scope, projectStore => {
    const there = planes.annotationsOn(slice)
    let kept = 0
    const alive = good.map(({ object, answer }): Carried => {
      const known = there.find(other => isSame(other, object.labelId, answer, slice.width))
      if (known?.status === 'accepted' && known.box) return { ...object, runs: known.runs, box: known.box }
      planes.put(projectStore, slice, {
        ...{
          id: known && voxelMaskOf(known.id) === null ? known.id : null,
          labelId: object.labelId,
          runs: [...answer.runs],
          model: model.id,
        },
        ...{ predictedIou: answer.predictedIou, prompt: { box: answer.asked, points: [] } },
        ...({ status: 'proposal', origin: 'propagated' } as const),
      })
      kept++
      return { ...object, runs: answer.runs, box: answer.box }
    })
    return { alive, kept }
  })
  journal.step = id ?? journal.step
  return { ...result, predictedIou }
}

/** Whether an annotation shows the object of an answer. */
function isSame(other: Annotation, labelId: number, { runs }: Answer, width: number): boolean {
  if (other.labelId !== labelId) return false
  const smaller = Math.min(other.areaPx, measureRuns(runs, width).areaPx)
  return sharedArea(other.runs, runs) > sameObject * smaller
}

function widened({ x0, y0, x1, y1 }: Box, { width, height }: PlaneAlong): Box {
  const [dx, dy] = [Math.ceil((x1 - x0 + 1) * margin), Math.ceil((y1 - y0 + 1) * margin)]
  return {
    x0: Math.max(0, x0 - dx),
    y0: Math.max(0, y0 - dy),
    x1: Math.min(width - 1, x1 + dx),
    y1: Math.min(height - 1, y1 + dy),
  }
}

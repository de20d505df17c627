import { AppError } from '../../shared/errors'
import type { Annotation, AnnotationDraft } from '../../shared/domain/annotation'
import type { LabelClass } from '../../shared/domain/label-class'
import type { ProjectStore } from '../database/project-store'
import type { ObjectLabel } from '../label-sources'
import { measured } from '../projects/edit-slice'
import type { ProjectSession } from '../projects/project-session'
import { settleByEdit } from '../reviews/settle-by-edit'
import type { LabelPlan, SliceLabels } from './label-plan'
import { nearestColour } from './nearest-colour'

/** What became of one file's masks. */
export interface StoredLabels {
  readonly masks: number
  /** IDs of those that they lie on */
  readonly slices: ReadonlySet<number>
  /** Masks that were there already */
  readonly known: number
  /** Other accepted masks on these slices, from before */
  readonly kept: number
}

/**
 * Stores the masks of all files in one step, which one undo takes back. What is on the slices stays; the same pixels of
 * the same label are not added twice. A slice with labels is done: somebody has drawn what is on it.
 *
 * @param by - name that the state of a slice is signed with
 * @returns in the order of the plans
 * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED; then nothing is stored
 */
export function storeLabels(
  session: ProjectSession,
  plans: readonly LabelPlan[],
  by: string,
): StoredLabels[] {
  const slices = [...new Set(plans.flatMap(plan => plan.slices.map(({ slice }) => slice.id)))]
  return session.act('import-labels', { slices }, store => {
    const before = new Map(slices.map(id => [id, store.annotations.ofSlice(id)]))
    const found = new Map(
      [...before].map(([id, annotations]) => [id, new Set(annotations.filter(isAccepted).map(keyOf))]),
    )
    const stored = plans.map(plan => storePlan(store, plan, { before, found }))
    for (const [id, annotations] of before) settle(store, id, annotations, by)
    return stored
  }).result
}

interface World {
  /** By slice */
  readonly before: ReadonlyMap<number, readonly Annotation[]>
  readonly found: ReadonlyMap<number, Set<string>>
}

function storePlan(store: ProjectStore, plan: LabelPlan, world: World): StoredLabels {
  const counts = { masks: 0, slices: new Set<number>(), known: 0 }
  for (const labels of plan.slices) {
    const masks = storeSlice(store, labels, world)
    if (masks > 0) counts.slices.add(labels.slice.id)
    counts.masks += masks
    counts.known += labels.objects.length - masks
  }
  const touched = new Set(plan.slices.map(({ slice }) => slice.id))
  const accepted = [...touched].reduce(
    (sum, id) => sum + (world.before.get(id)?.filter(isAccepted).length ?? 0),
    0,
  )
  const { masks, slices, known } = counts
  return { masks, slices, known, kept: Math.max(0, accepted - known) }
}

/** @returns masks that were new */
function storeSlice(store: ProjectStore, { slice, objects }: SliceLabels, { found }: World): number {
  const known = found.get(slice.id) ?? new Set<string>()
  let masks = 0
  for (const { label, runs } of objects) {
    const draft: AnnotationDraft = {
      ...{ id: null, labelId: labelClass(store, label).id, runs: [...runs] },
      ...{ status: 'accepted', origin: 'imported', prompt: null, predictedIou: null, model: null },
    }
    if (known.has(keyOf(draft))) continue
    known.add(keyOf(draft))
    store.annotations.put(slice.id, measured(draft, slice))
    masks++
  }
  return masks
}

const isAccepted = ({ status }: Annotation): boolean => status === 'accepted'

const keyOf = ({ labelId, runs }: Pick<Annotation, 'labelId' | 'runs'>): string => `${labelId} ${runs.join()}`

function settle(store: ProjectStore, id: number, before: readonly Annotation[], by: string): void {
  if (store.annotations.ofSlice(id).length === before.length) return
  const state = store.slices.get(id)?.state
  if (state === 'to-do' || state === 'nothing-here') store.slices.setState(id, 'done', by)
  settleByEdit(store, id, { before, spentMs: 0 })
}

const longestName = 120

/** The label of this name, made where there is none. */
function labelClass({ labels }: ProjectStore, label: ObjectLabel): LabelClass {
  const name = labelName(label)
  const known = labels.byName(name)
  if (known) return known
  const colour =
    label.colour &&
    nearestColour(
      label.colour,
      labels.list().map(one => one.colour),
    )
  const made = labels.add(name)
  if (colour !== null) labels.change(made.id, { colour })
  return made
}

export const labelName = ({ name, value }: ObjectLabel): string =>
  name?.slice(0, longestName).trim() || `Label ${value ?? 1}`

/** @throws AppError LABEL_LOCKED where a mask of the plan would change a locked label */
export function refuseLockedLabels({ labels }: ProjectStore, { slices }: LabelPlan): void {
  const names = new Set(slices.flatMap(({ objects }) => objects.map(({ label }) => labelName(label))))
  for (const name of names)
    if (labels.byName(name)?.isLocked === true) throw new AppError('LABEL_LOCKED', { label: name })
}

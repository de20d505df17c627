import type { ProjectSession } from '../projects/project-session'
import { evenly } from '../jobs/train/evenly'

/** A slice that a run can learn from. */
export interface TrainingSlice {
  readonly id: number
  readonly name: string
  /** Patient or volume: never on both sides of the split */
  readonly group: string
}

export interface TrainingSlices {
  /** Done, with accepted objects */
  readonly labelled: readonly TrainingSlice[]
  /** Somebody has looked and there is nothing: they teach the finder */
  readonly empty: readonly TrainingSlice[]
  /** Labels that some object has, and names of those that nothing has yet */
  readonly labels: number
  readonly unused: readonly string[]
}

/** What of a project can be trained on now. */
export function trainingSlices({ store }: ProjectSession): TrainingSlices {
  const groups = new Map(store.series.list().map(({ id, group }) => [id, group]))
  const summaries = store.slices.summaries()
  const slice = ({ id, name, seriesId }: (typeof summaries)[number]): TrainingSlice => ({
    id,
    name,
    group: groups.get(seriesId) ?? String(seriesId),
  })
  const labelled = summaries.filter(({ state, objects }) => state === 'done' && objects > 0).map(slice)
  const empty = summaries.filter(({ state }) => state === 'nothing-here').map(slice)
  const unused = store.labels.list().filter(({ id }) => store.annotations.slicesWithLabel(id).length === 0)
  const labels = store.labels.list().length - unused.length
  // The finder takes no more of them than there are labelled ones; each costs a file.
  return {
    labelled,
    empty: evenly(empty, 2 * labelled.length),
    labels,
    unused: unused.map(({ name }) => name),
  }
}

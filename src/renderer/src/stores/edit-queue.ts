import { computed, ref, type ComputedRef } from 'vue'
import type { SliceId } from '../../../shared/domain/slice'
import { useProjectStore, type NewSliceEdit, type StoredEdit } from './project'
import { useSliceViewStore } from './slice-view'

export interface EditQueue {
  /** Whether an edit is under way or waits */
  readonly isBusy: ComputedRef<boolean>
  /**
   * Stores one action on a slice and shows what has come of it.
   *
   * @param change - asked when the edits before are done, so that it builds on the IDs they were given; null: nothing
   */
  readonly edit: (slice: SliceId, change: () => NewSliceEdit | null) => Promise<StoredEdit | null>
  /** The time on the slice counts from now */
  readonly restartClock: () => void
}

/** One edit after the other. */
export function editQueue(): EditQueue {
  const project = useProjectStore()
  const view = useSliceViewStore()
  const pending = ref(0)
  let queue: Promise<unknown> = Promise.resolve()
  let since = Date.now()

  async function store(slice: SliceId, change: () => NewSliceEdit | null): Promise<StoredEdit | null> {
    const made = change()
    if (made === null) return null
    const spentMs = Math.max(0, Date.now() - since)
    since = Date.now()
    return project.edit(slice, { spentMs, ...made })
  }

  return {
    isBusy: computed(() => pending.value > 0),
    edit(slice, change) {
      pending.value++
      const done = queue
        .then(() => store(slice, change))
        .finally(() => pending.value--)
        .then(changed => {
          if (changed !== null) view.replace(changed.slice)
          return changed
        })
      queue = done.catch(() => undefined)
      return done
    },
    restartClock: () => (since = Date.now()),
  }
}

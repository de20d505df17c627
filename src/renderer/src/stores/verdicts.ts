import { shallowRef } from 'vue'
import type { ReviewItem } from '../../../shared/contract/review'
import type { SliceId } from '../../../shared/domain/slice'

export type Decision = 'accept' | 'reject'

interface Desk<Answer> {
  /** In the order that is shown */
  readonly items: () => readonly ReviewItem[]
  readonly current: () => SliceId | null
  readonly select: (slice: SliceId) => void
  readonly store: (slice: SliceId, decision: Decision) => Promise<Answer>
}

/**
 * What is said to predictions. The next slice is there at once, so that whatever key comes while a verdict is being
 * stored is meant for that one; verdicts are sent in the order in which they were given.
 */
export function verdicts<Answer>({ items, current, select, store }: Desk<Answer>) {
  /** Said, and not stored yet */
  const underWay = shallowRef<ReadonlyMap<SliceId, Decision>>(new Map())

  const isOpen = (item: ReviewItem): boolean => item.state === 'open' && !underWay.value.has(item.slice)

  /** The next open slice after the current one; the first where there is none after it. */
  function nextOpen(): SliceId | null {
    const shown = items()
    const at = shown.findIndex(({ slice }) => slice === current())
    const after = shown.slice(at + 1).find(isOpen)
    return (after ?? shown.slice(0, Math.max(0, at)).find(isOpen))?.slice ?? null
  }

  /** Says it to the slice in sight. @returns null: there is none, or its verdict is on its way already */
  async function give(slice: SliceId, decision: Decision): Promise<Answer | null> {
    if (underWay.value.has(slice)) return null
    underWay.value = new Map(underWay.value).set(slice, decision)
    const next = nextOpen()
    const stored = store(slice, decision)
    if (next !== null && current() === slice) select(next)
    try {
      return await stored
    } finally {
      underWay.value = new Map([...underWay.value].filter(([other]) => other !== slice))
    }
  }

  return { underWay, isOpen, nextOpen, give }
}

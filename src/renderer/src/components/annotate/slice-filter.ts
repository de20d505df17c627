import type { SliceState } from '../../../../shared/domain/slice'

export const filters = ['all', 'to-do', 'done'] as const
export type Filter = (typeof filters)[number]

/** "To do" is what still needs a person; the rest has been looked at. */
export function matchesFilter(state: SliceState, filter: Filter): boolean {
  if (filter === 'all') return true
  const isOpen = state === 'to-do' || state === 'in-progress'
  return (filter === 'to-do') === isOpen
}

import { countOf } from '../../shared/text/count-of'
import type { GroupRule } from './groups'
import type { SliceRecord } from './records'

/** How many planes of a volume hold a label, and how many do not. */
export interface VolumePlanes {
  readonly labelled: number
  readonly empty: number
}

/** What became of the planes of all volumes, in one sentence: a line for each volume would bury everything else. */
export function planeNotes(volumes: readonly VolumePlanes[]): string[] {
  const empty = volumes.reduce((sum, volume) => sum + volume.empty, 0)
  const all = volumes.reduce((sum, volume) => sum + volume.empty + volume.labelled, 0)
  if (empty === 0) return []
  const verbs = empty === 1 ? 'holds no label and is' : 'hold no label and are'
  return [`${countOf(volumes.length, 'volume')}: ${empty} of ${countOf(all, 'plane')} ${verbs} not used.`]
}

/** What the grouping means for an honest validation. */
export function groupNotes(
  slices: readonly SliceRecord[],
  rule: GroupRule | null,
  hasSplit: boolean,
): string[] {
  const notes: string[] = []
  const alone = slices.filter(slice => slice.sliceIndex === null && slice.group === slice.id).length
  if (alone > 0) {
    const images = countOf(alone, 'image')
    const [matches, says, is] = alone === 1 ? ['matches', 'says', 'is'] : ['match', 'say', 'are each']
    const which = rule ? `${images} ${matches} no group and` : `${images} ${says} nothing about patients and`
    const own = alone === 1 ? 'its' : 'their'
    notes.push(`${which} ${is} taken as ${own} own patient. Pass --group if several show the same one.`)
  }
  if (!hasSplit) return notes
  const train = new Set(slices.flatMap(slice => (slice.split === 'train' ? [slice.group] : [])))
  const shared = new Set(
    slices.flatMap(slice => (slice.split === 'val' && train.has(slice.group) ? [slice.group] : [])),
  )
  if (shared.size > 0) {
    const names = [...shared].slice(0, 3).join(', ')
    const which = `${countOf(shared.size, 'group')} ${shared.size === 1 ? 'is' : 'are'}`
    notes.push(`${which} in both train and val (${names}): not independent.`)
  }
  return notes
}

import type { LabelClass } from '../../../../shared/domain/label-class'
import type { Slice } from '../../../../shared/domain/slice'

/** What somebody has accepted, of labels that are shown. */
export function ghostsOf(
  { annotations }: Pick<Slice, 'annotations'>,
  labels: readonly LabelClass[],
): { readonly id: number; readonly runs: number[]; readonly label: LabelClass }[] {
  return annotations.flatMap(({ id, runs, labelId, status, areaPx }) => {
    const label = labels.find(one => one.id === labelId)
    if (label === undefined || label.isHidden || status !== 'accepted' || areaPx === 0) return []
    return [{ id, runs, label }]
  })
}

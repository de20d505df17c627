import type { PromptPoint } from '../../../../shared/domain/prompt'
import { t } from '../../locale'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { useSliceViewStore } from '../../stores/slice-view'
import { stageActions } from './stage-handle'

/** A click without a mouse: under the mouse where it rests on the slice, else in the middle; arrows move it from there. */
export function placeClick(sign: PromptPoint['sign']): void {
  const annotation = useAnnotationStore()
  const stage = stageActions.value
  const at = beginning()
  if (stage === null || at === null) return
  annotation.addPoint({ ...at, sign })
  const count = annotation.session?.prompt.points.length ?? 0
  if (count === 0) return
  stage.bench.selectedPoint.value = count - 1
  stage.focus()
  useDisplayStore().say(t(`annotate.said.click.${sign}`, { x: at.x, y: at.y }))
}

function beginning(): { readonly x: number; readonly y: number } | null {
  const { slice, pointer } = useSliceViewStore()
  const { session, selected } = useAnnotationStore()
  if (slice === null) return null
  if (pointer !== null) return { x: pointer.x, y: pointer.y }
  const box = session?.prompt.box ??
    selected?.box ?? { x0: 0, y0: 0, x1: slice.width - 1, y1: slice.height - 1 }
  return { x: Math.round((box.x0 + box.x1) / 2), y: Math.round((box.y0 + box.y1) / 2) }
}

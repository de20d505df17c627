import { moveBox, resizeBox } from '../../canvas/box-corners'
import { t } from '../../locale'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { useProjectStore } from '../../stores/project'
import { useSliceViewStore } from '../../stores/slice-view'
import { withoutPoint, withPointAt } from '../../tools/prompt-edit'
import type { ToolBench } from './use-tool-host'

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const arrowPause = 250

/**
 * Keys of the stage while it has the focus. With a box or a click at work, arrows move it by one pixel (with Ctrl by
 * ten, with Shift they resize the box); else they go on in the list. Tab goes through the candidates, then through the
 * objects; where there are none it leaves the stage, as everywhere.
 */
export function useStageKeys(bench: ToolBench): { onKey(event: KeyboardEvent): void } {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  let settle = 0

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return
    const arrow = arrows[event.key]
    const isHandled =
      arrow === undefined ? other(event) : nudge(arrow, event.shiftKey, event.ctrlKey ? 10 : 1)
    if (!isHandled) return
    event.preventDefault()
    event.stopPropagation()
  }

  function other({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === 'Tab') return cycle(shiftKey ? -1 : 1)
    if (key === 'Enter') return bench.tool.value.finish?.() === true || (display.tool === 'box' && startBox())
    if (key === 'Escape') return bench.tool.value.cancel()
    return key === 'Delete' && removePoint()
  }

  /** The chosen click, else the box. */
  function nudge([x, y]: readonly [number, number], isResize: boolean, step: number): boolean {
    const [slice, session] = [view.slice, annotation.session]
    if (slice === null || session === null) return false
    const { box, points } = session.prompt
    const index = bench.selectedPoint.value
    const point = index === null ? undefined : points[index]
    if (index !== null && point !== undefined) {
      const to = {
        x: Math.min(slice.width - 1, Math.max(0, point.x + x * step)),
        y: Math.min(slice.height - 1, Math.max(0, point.y + y * step)),
      }
      later(isFinal => annotation.changePrompt(prompt => withPointAt(prompt, index, to), isFinal))
      return true
    }
    if (box === null) return false
    const next = (isResize ? resizeBox : moveBox)(box, x * step, y * step, slice)
    later(isFinal => annotation.changeBox(next, isFinal))
    display.say(t('annotate.said.box', { x: next.x0, y: next.y0, x1: next.x1, y1: next.y1 }))
    return true
  }

  /** Shown at once, stored when the arrows rest. */
  function later(change: (isFinal: boolean) => void): void {
    change(false)
    clearTimeout(settle)
    settle = window.setTimeout(() => change(true), arrowPause)
  }

  /** By keyboard a box begins as the middle half of the slice; Enter with one at work accepts it. */
  function startBox(): boolean {
    const slice = view.slice
    if (slice === null || annotation.session !== null || annotation.selectedId !== null) return false
    if (annotation.annotations.some(({ status }) => status === 'proposal')) return false
    const [x, y] = [Math.round(slice.width / 4), Math.round(slice.height / 4)]
    annotation.drawBox({ x0: x, y0: y, x1: slice.width - 1 - x, y1: slice.height - 1 - y }, true)
    display.say(t('annotate.said.boxStarted'))
    return true
  }

  function cycle(by: 1 | -1): boolean {
    const { session, annotations } = annotation
    if (session !== null && session.candidates.length > 1) {
      annotation.nextCandidate(by)
      sayCandidate()
      return true
    }
    const at = annotations.findIndex(({ id }) => id === annotation.selectedId)
    const next = annotations[at === -1 && by === -1 ? annotations.length - 1 : at + by]
    if (next === undefined) return false
    annotation.select(next.id)
    const label = project.labels.find(({ id }) => id === next.labelId)
    display.say(t('annotate.said.selected', { label: label?.name ?? '' }))
    return true
  }

  function sayCandidate(): void {
    const { session } = annotation
    if (session === null) return
    const iou = session.candidates[session.chosen]?.predictedIou ?? 0
    display.say(
      t('annotate.said.candidate', {
        at: session.chosen + 1,
        of: session.candidates.length,
        iou: iou.toFixed(2),
      }),
    )
  }

  function removePoint(): boolean {
    const index = bench.selectedPoint.value
    if (index === null || annotation.session?.prompt.points[index] === undefined) return false
    bench.selectedPoint.value = null
    annotation.changePrompt(prompt => withoutPoint(prompt, index))
    return true
  }

  return { onKey }
}

import { moveBox, resizeBox } from '../../canvas/box-corners'
import type { Position } from '../../canvas/viewport'
import { formatScore } from '../../composables/format'
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
/** Arrows that have rested this long are done: the answer is stored. */
const arrowPauseMs = 250

/**
 * Keys of the stage while it has the focus. With a box or a click at work, arrows move it by one pixel (with Ctrl by
 * ten, with Shift they resize the box); else they go on in the list. Tab goes through the candidates, then through the
 * objects; where there are none it leaves the stage, as everywhere.
 */
export function useStageKeys(bench: ToolBench): (event: KeyboardEvent) => void {
  const nudge = useNudge(bench)
  const display = useDisplayStore()

  function other({ key, shiftKey }: KeyboardEvent): boolean {
    if (key === 'Tab') return cycle(shiftKey ? -1 : 1)
    if (key === 'Enter') return bench.tool.value.finish?.() === true || (display.tool === 'box' && startBox())
    if (key === 'Escape') return bench.tool.value.cancel()
    return key === 'Delete' && removePoint(bench)
  }

  return event => {
    if (event.altKey || event.metaKey) return
    const arrow = arrows[event.key]
    const isHandled =
      arrow === undefined ? other(event) : nudge(arrow, event.shiftKey, event.ctrlKey ? 10 : 1)
    if (!isHandled) return
    event.preventDefault()
    event.stopPropagation()
  }
}

type Nudge = (arrow: readonly [number, number], isResize: boolean, step: number) => boolean

/** Moves the chosen click, else the box. */
function useNudge(bench: ToolBench): Nudge {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const view = useSliceViewStore()
  let settle = 0

  /** Shown at once, stored when the arrows rest. */
  function later(change: (isFinal: boolean) => void): true {
    change(false)
    clearTimeout(settle)
    settle = window.setTimeout(() => change(true), arrowPauseMs)
    return true
  }

  function movePoint(index: number, { x, y }: Position): true {
    const { width, height } = view.slice ?? { width: 1, height: 1 }
    const to = { x: Math.min(width - 1, Math.max(0, x)), y: Math.min(height - 1, Math.max(0, y)) }
    return later(isFinal => annotation.changePrompt(prompt => withPointAt(prompt, index, to), isFinal))
  }

  return ([x, y], isResize, step) => {
    const [slice, prompt] = [view.slice, annotation.session?.prompt]
    if (slice === null || prompt === undefined) return false
    const index = bench.selectedPoint.value ?? -1
    const point = prompt.points[index]
    if (point !== undefined) return movePoint(index, { x: point.x + x * step, y: point.y + y * step })
    if (prompt.box === null) return false
    const next = (isResize ? resizeBox : moveBox)(prompt.box, x * step, y * step, slice)
    display.say(t('annotate.said.box', { x: next.x0, y: next.y0, x1: next.x1, y1: next.y1 }))
    return later(isFinal => annotation.changeBox(next, isFinal))
  }
}

/** By keyboard a box begins as the middle half of the slice; Enter with one at work accepts it. */
function startBox(): boolean {
  const annotation = useAnnotationStore()
  const slice = useSliceViewStore().slice
  if (slice === null || !annotation.canDraw || annotation.selectedId !== null) return false
  if (annotation.session !== null || annotation.annotations.some(({ status }) => status === 'proposal'))
    return false
  const [x, y] = [Math.round(slice.width / 4), Math.round(slice.height / 4)]
  annotation.drawBox({ x0: x, y0: y, x1: slice.width - 1 - x, y1: slice.height - 1 - y }, true)
  useDisplayStore().say(t('annotate.said.boxStarted'))
  return true
}

function cycle(by: 1 | -1): boolean {
  const annotation = useAnnotationStore()
  const { session, annotations } = annotation
  if (session !== null && !session.isRepaired && session.candidates.length > 0) {
    annotation.nextCandidate(by)
    sayCandidate()
    return true
  }
  const at = annotations.findIndex(({ id }) => id === annotation.selectedId)
  const next = annotations[at === -1 && by === -1 ? annotations.length - 1 : at + by]
  if (next === undefined) return false
  annotation.select(next.id)
  const label = useProjectStore().labels.find(({ id }) => id === next.labelId)
  useDisplayStore().say(t('annotate.said.selected', { label: label?.name ?? '' }))
  return true
}

function sayCandidate(): void {
  const { session } = useAnnotationStore()
  if (session === null) return
  const { chosen, candidates } = session
  const iou = formatScore(candidates[chosen]?.predictedIou ?? null)
  useDisplayStore().say(t('annotate.said.candidate', { at: chosen + 1, of: candidates.length, iou }))
}

function removePoint(bench: ToolBench): boolean {
  const annotation = useAnnotationStore()
  const index = bench.selectedPoint.value
  if (index === null || annotation.session?.prompt.points[index] === undefined) return false
  bench.selectedPoint.value = null
  annotation.changePrompt(prompt => withoutPoint(prompt, index))
  return true
}

import { onBeforeUnmount, onMounted, shallowRef, watch, watchEffect, type ShallowRef } from 'vue'
import { pixelAt } from '../../canvas/box-corners'
import type { PointView } from '../../canvas/point-object'
import { SliceCanvas, type BoxView, type StageEvents, type StagePointer } from '../../canvas/slice-canvas'
import { SlicePicture } from '../../canvas/slice-picture'
import { fitViewport, pixelShapeOf, zoomAt, type Size } from '../../canvas/viewport'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePaintingStore } from '../../stores/painting'
import { isAnswered, type Session } from '../../stores/session'
import { useSliceViewStore } from '../../stores/slice-view'
import type { HeldToolId, ToolId } from '../../tools/tool'
import { useMasks } from './use-masks'
import { usePreview } from './use-preview'
import { useToolHost, type ToolBench } from './use-tool-host'

/** Room for the corner texts above and for the tray below. */
const padding = { top: 44, side: 20, bottom: 156 }
const tightPadding = { top: 40, side: 12, bottom: 112 }

/** Longer than this without a slice, and the stage is empty. */
const clearMs = 150

export interface Stage {
  readonly bench: ToolBench
  fit(): void
  zoom(factor: number): void
}

/** Joins the stage's canvas with the stores: what they hold is drawn, what the hand does goes to the tools. */
export function useStage(
  room: Readonly<ShallowRef<HTMLElement | null>>,
  element: Readonly<ShallowRef<HTMLCanvasElement | null>>,
): Stage {
  const view = useSliceViewStore()
  const size = shallowRef<Size>({ width: 1, height: 1 })
  const canvas = shallowRef<SliceCanvas | null>(null)
  const bench = useToolHost(() => size.value)

  function fit(): void {
    const slice = view.slice
    if (slice === null || size.value.width <= 1) return
    const room = size.value.height < 640 ? tightPadding : padding
    view.viewport = fitViewport(slice, size.value, room, pixelShapeOf(slice.spacingMm))
  }

  function zoom(factor: number, at = { x: size.value.width / 2, y: size.value.height / 2 }): void {
    view.viewport = zoomAt(view.viewport, factor, at)
  }

  const observer = new ResizeObserver(([entry]) => {
    if (entry === undefined || canvas.value === null) return
    const { width, height } = entry.contentRect
    size.value = { width, height }
    canvas.value.resize(size.value)
    fit()
  })
  onMounted(() => {
    if (element.value === null || room.value === null) return
    canvas.value = new SliceCanvas(element.value, stageEvents(bench, zoom))
    observer.observe(room.value)
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    void canvas.value?.dispose()
  })
  watch(() => view.fits, fit)
  drawPicture(canvas)
  drawMarks(canvas, bench)
  return { bench, fit, zoom }
}

function stageEvents(
  bench: ToolBench,
  zoom: (factor: number, at: StagePointer['screen']) => void,
): StageEvents {
  const view = useSliceViewStore()
  const annotation = useAnnotationStore()
  let wheel = 0

  const look = (pointer: StagePointer): void => {
    view.hand = pointer.screen
    view.pointer = view.slice === null ? null : pixelAt(pointer.at, view.slice)
  }
  return {
    down(pointer) {
      if (pointer.button === 'middle') bench.hold('pan')
      bench.tool.value.down(pointer)
    },
    move(pointer) {
      look(pointer)
      bench.tool.value.move(pointer)
    },
    up(pointer) {
      bench.tool.value.up(pointer)
      if (pointer.button === 'middle') bench.hold(null)
    },
    doubleClick: pointer => bench.tool.value.doubleClick?.(pointer),
    leave() {
      view.pointer = view.hand = null
      bench.tool.value.leave?.()
    },
    wheel(pointer, _deltaX, deltaY) {
      if (pointer.isCtrl) return zoom(Math.exp(-deltaY / 400), pointer.screen)
      // A wheel turns in steps of about 100, a touch pad in many small ones.
      wheel += deltaY
      if (Math.abs(wheel) < 50) return
      view.step(Math.sign(wheel))
      wheel = 0
    },
    box: annotation.changeBox,
  }
}

function drawPicture(canvas: Readonly<ShallowRef<SliceCanvas | null>>): void {
  const view = useSliceViewStore()
  const picture = shallowRef<SlicePicture | null>(null)

  // Edits bring a new slice with the same values: its picture stays.
  watch(
    () => view.samples,
    samples => {
      const slice = view.slice
      picture.value =
        slice === null || samples === null
          ? null
          : new SlicePicture(samples, slice.width, slice.height, slice.channels)
    },
    { immediate: true },
  )
  watchEffect(() => {
    if (picture.value !== null && view.window !== null) picture.value.paint(view.window)
    canvas.value?.render()
  })
  // A slice that comes in a moment takes the place of the one before without a black frame between them.
  let clearing = 0
  watchEffect(() => {
    const [stage, shown] = [canvas.value, picture.value]
    clearTimeout(clearing)
    if (shown !== null) stage?.setPicture(shown.canvas)
    else clearing = window.setTimeout(() => stage?.setPicture(null), clearMs)
  })
  watchEffect(() => canvas.value?.setViewport(view.viewport))
}

function drawMarks(canvas: Readonly<ShallowRef<SliceCanvas | null>>, bench: ToolBench): void {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const painting = usePaintingStore()
  const masks = useMasks()
  const preview = usePreview(bench.resting)

  watchEffect(() =>
    canvas.value?.setMasks(preview.value === null ? masks.value : [...masks.value, preview.value]),
  )
  watch(
    () => painting.painted,
    () => canvas.value?.render(),
  )
  watchEffect(() => canvas.value?.setSketch(bench.sketch.value))
  watchEffect(() => canvas.value?.setCursor(bench.tool.value.cursor))
  watchEffect(() => {
    const session = display.isBare ? null : annotation.session
    const isDrawn = bench.sketch.value?.kind === 'box'
    canvas.value?.setBox(
      session === null || isDrawn ? null : boxView(session, display.tool, bench.held.value),
    )
    canvas.value?.setPoints(session === null ? [] : pointViews(session, bench.selectedPoint.value))
  })
}

function boxView(session: Session, tool: ToolId, held: HeldToolId | null): BoxView | null {
  const { box } = session.prompt
  if (box === null) return null
  return { box, look: isAnswered(session) ? 'solid' : 'dashed', taken: takenBy(tool, held) }
}

function pointViews({ prompt, answered }: Session, selected: number | null): PointView[] {
  return prompt.points.map((point, index) => ({
    ...point,
    isSelected: index === selected,
    isDecoded: answered?.points.some(({ x, y }) => x === point.x && y === point.y) ?? false,
  }))
}

function takenBy(tool: ToolId, held: HeldToolId | null): 'inside' | 'sides' | null {
  if (held !== null) return null
  if (tool === 'select') return 'inside'
  return tool === 'box' || tool === 'point' ? 'sides' : null
}

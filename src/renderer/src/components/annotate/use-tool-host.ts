import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import type { Sketch } from '../../canvas/sketch-object'
import { panBy, type Position, type Size } from '../../canvas/viewport'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePaintingStore } from '../../stores/painting'
import { useSliceViewStore } from '../../stores/slice-view'
import { makeTools } from '../../tools'
import { withPointAt } from '../../tools/prompt-edit'
import type { HeldToolId, Tool, ToolHost } from '../../tools/tool'

export interface ToolBench {
  readonly tool: ComputedRef<Tool>
  readonly held: ShallowRef<HeldToolId | null>
  readonly sketch: ShallowRef<Sketch | null>
  readonly selectedPoint: ShallowRef<number | null>
  /** Where the mouse rests, for the preview of a click */
  readonly resting: ShallowRef<Position | null>
  /** Another tool takes the hand for as long as a key is held */
  hold(id: HeldToolId | null): void
}

/** The tools of the stage, and what they do to the stores. */
export function useToolHost(stage: () => Size): ToolBench {
  const display = useDisplayStore()
  const sketch = shallowRef<Sketch | null>(null)
  const selectedPoint = shallowRef<number | null>(null)
  const resting = shallowRef<Position | null>(null)
  const held = shallowRef<HeldToolId | null>(null)

  const host = toolHost(stage, { sketch, selectedPoint, resting })
  const tools = makeTools(host)

  const tool = computed<Tool>(() => {
    const found = tools.get(held.value ?? display.tool)
    if (found === undefined) throw new Error(`No tool ${display.tool}`)
    return found
  })

  function hold(id: HeldToolId | null): void {
    if (held.value === id) return
    tool.value.cancel()
    held.value = id
  }

  return { tool, held, sketch, selectedPoint, resting, hold }
}

function toolHost(
  stage: () => Size,
  { sketch, selectedPoint, resting }: Pick<ToolBench, 'sketch' | 'selectedPoint' | 'resting'>,
): ToolHost {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const painting = usePaintingStore()
  const view = useSliceViewStore()
  return {
    get slice() {
      return view.slice ?? { width: 1, height: 1 }
    },
    get scale() {
      return view.viewport.scale
    },
    get sign() {
      return display.sign
    },
    get brushRadius() {
      return display.brushRadius
    },
    get points() {
      return annotation.session?.prompt.points ?? []
    },
    sketch: shown => (sketch.value = shown),
    setBox: annotation.drawBox,
    dropBox: annotation.dropBox,
    addPoint: annotation.addPoint,
    movePoint: (index, to, isFinal) =>
      annotation.changePrompt(prompt => withPointAt(prompt, index, to), isFinal),
    selectPoint: index => (selectedPoint.value = index),
    selectObjectAt: at => annotation.select(painting.objectAt(at)?.id ?? null),
    hover: at => (resting.value = at),
    beginStroke: painting.begin,
    strokeTo: painting.strokeTo,
    endStroke: painting.end,
    fillPath(points, kind, adds) {
      void painting.fillPath(points, kind, adds)
    },
    pan(dx, dy) {
      if (view.slice !== null) view.viewport = panBy(view.viewport, dx, dy, view.slice, stage())
    },
    changeWindow: view.dragWindow,
  }
}

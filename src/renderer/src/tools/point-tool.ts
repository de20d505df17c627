import { pixelAt } from '../canvas/box-corners'
import type { StagePointer } from '../canvas/slice-canvas'
import { hasMoved, type Tool, type ToolHost } from './tool'

/** Radius in which a click is taken, screen pixels: that of its disc and a little more. */
const reach = 11

/** Which of the prompt's clicks lies under the pointer; the last one drawn is on top. */
export function pointUnder(
  pointer: StagePointer,
  { points, scale }: Pick<ToolHost, 'points' | 'scale'>,
): number | null {
  const distances = points.map(
    ({ x, y }) => Math.hypot(x + 0.5 - pointer.at.x, y + 0.5 - pointer.at.y) * scale,
  )
  const found = distances.findLastIndex(distance => distance <= reach)
  return found === -1 ? null : found
}

/** Drags a click that is there already; `taken` says which. Shared by the tools that let clicks be moved. */
export function pointDrag(host: ToolHost): {
  take(pointer: StagePointer): boolean
  move(pointer: StagePointer): boolean
  drop(pointer: StagePointer): boolean
  cancel(): void
} {
  let taken: { readonly index: number; readonly from: StagePointer } | null = null
  let isDragging = false

  function place(pointer: StagePointer, isFinal: boolean): void {
    const pixel = pixelAt(pointer.at, host.slice)
    if (taken !== null && pixel !== null) host.movePoint(taken.index, pixel, isFinal)
  }

  return {
    take(pointer) {
      const index = pointUnder(pointer, host)
      host.selectPoint(index)
      taken = index === null ? null : { index, from: pointer }
      return taken !== null
    },
    move(pointer) {
      if (taken === null) return false
      isDragging ||= hasMoved(taken.from, pointer)
      if (isDragging) place(pointer, false)
      return true
    },
    drop(pointer) {
      const wasTaken = taken !== null
      if (isDragging) place(pointer, true)
      taken = null
      isDragging = false
      return wasTaken
    },
    cancel() {
      taken = null
      isDragging = false
    },
  }
}

/** Left: the chosen sign. Right, or Shift and left: a negative click, whatever is chosen. */
export function pointTool(host: ToolHost): Tool {
  const drag = pointDrag(host)
  return {
    cursor: 'crosshair',
    down(pointer) {
      host.hover(null)
      if (pointer.button === 'middle' || drag.take(pointer)) return
      const pixel = pixelAt(pointer.at, host.slice)
      if (pixel === null) return
      const isNegative = pointer.button === 'right' || pointer.isShift
      host.addPoint({ ...pixel, sign: isNegative ? 'negative' : host.sign })
    },
    move(pointer) {
      if (!drag.move(pointer)) host.hover(pixelAt(pointer.at, host.slice))
    },
    up(pointer) {
      drag.drop(pointer)
    },
    leave: () => host.hover(null),
    cancel() {
      host.hover(null)
      drag.cancel()
      return false
    },
  }
}

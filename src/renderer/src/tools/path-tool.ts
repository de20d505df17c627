import type { StagePointer } from '../canvas/slice-canvas'
import type { Position } from '../canvas/viewport'
import type { Tool, ToolHost } from './tool'

/** How near the first corner a click closes the polygon, screen pixels. */
const closeReach = 9
/** A lasso's points lie at least this far apart, screen pixels. */
const lassoStep = 2

/** Clicks set corners; the first corner, a double click or Enter closes. Shift when closing takes away. */
export function polygonTool(host: ToolHost): Tool {
  let corners: Position[] = []

  function show(next: Position | null): void {
    const points = next === null ? corners : [...corners, next]
    host.sketch(corners.length === 0 ? null : { kind: 'path', points, isOpen: true, hasCorners: true })
  }

  function close(takesAway: boolean): boolean {
    const closed = corners
    corners = []
    host.sketch(null)
    if (closed.length < 3) return false
    host.fillPath(closed, 'polygon', !takesAway)
    return true
  }

  return {
    cursor: 'crosshair',
    down(pointer) {
      if (pointer.button === 'right') {
        corners = corners.slice(0, -1)
        return show(null)
      }
      const [first] = corners
      if (first !== undefined && corners.length > 2 && isNear(first, pointer, host.scale)) {
        close(pointer.isShift)
        return
      }
      corners = [...corners, pointer.at]
      show(null)
    },
    move: pointer => show(pointer.at),
    up: () => undefined,
    doubleClick(pointer) {
      // The second click of the two has set a corner on the first one's place.
      corners = corners.slice(0, -1)
      close(pointer.isShift)
    },
    finish: () => close(false),
    cancel() {
      const hadCorners = corners.length > 0
      corners = []
      host.sketch(null)
      return hadCorners
    },
  }
}

/** Drag around an object; releasing closes. Shift takes away. */
export function lassoTool(host: ToolHost): Tool {
  let points: Position[] = []

  return {
    cursor: 'crosshair',
    down(pointer) {
      if (pointer.button === 'left') points = [pointer.at]
    },
    move(pointer) {
      const last = points.at(-1)
      if (last === undefined || isNear(last, pointer, host.scale, lassoStep)) return
      points = [...points, pointer.at]
      host.sketch({ kind: 'path', points, isOpen: true, hasCorners: false })
    },
    up(pointer) {
      const closed = points
      points = []
      host.sketch(null)
      if (closed.length > 2) host.fillPath(closed, 'lasso', !pointer.isShift)
    },
    cancel() {
      const wasDrawing = points.length > 0
      points = []
      host.sketch(null)
      return wasDrawing
    },
  }
}

function isNear(point: Position, { at }: StagePointer, scale: number, reach = closeReach): boolean {
  return Math.hypot(point.x - at.x, point.y - at.y) * scale <= reach
}

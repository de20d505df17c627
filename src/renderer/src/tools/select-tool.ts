import type { StagePointer } from '../canvas/slice-canvas'
import { pointDrag } from './point-tool'
import { hasMoved, type Tool, type ToolHost } from './tool'

/** Click: chooses an object. Drag: moves a click of the prompt, else the slice. */
export function selectTool(host: ToolHost): Tool {
  const drag = pointDrag(host)
  let start: StagePointer | null = null
  let last: StagePointer | null = null

  return {
    cursor: 'grab',
    down(pointer) {
      if (pointer.button === 'left' && drag.take(pointer)) return
      start = pointer
      last = null
    },
    move(pointer) {
      if (drag.move(pointer) || start === null) return
      if (last === null && !hasMoved(start, pointer)) return
      const from = (last ?? start).screen
      host.pan(pointer.screen.x - from.x, pointer.screen.y - from.y)
      last = pointer
    },
    up(pointer) {
      if (!drag.drop(pointer) && start !== null && last === null) host.selectObjectAt(pointer.at)
      start = null
      last = null
    },
    cancel() {
      drag.cancel()
      start = null
      return false
    },
  }
}

/** Space held, or the middle button. */
export function panTool(host: ToolHost): Tool {
  let last: StagePointer | null = null
  return {
    cursor: 'grab',
    down(pointer) {
      last = pointer
    },
    move(pointer) {
      if (last === null) return
      host.pan(pointer.screen.x - last.screen.x, pointer.screen.y - last.screen.y)
      last = pointer
    },
    up() {
      last = null
    },
    cancel() {
      last = null
      return false
    },
  }
}

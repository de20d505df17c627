import type { StagePointer } from '../canvas/slice-canvas'
import type { Tool, ToolHost } from './tool'

/** W held and dragged: to the right widens the window, down darkens (the centre rises), as in every viewer. */
export function windowTool(host: ToolHost): Tool {
  let last: StagePointer | null = null

  function change(pointer: StagePointer, isFinal: boolean): void {
    if (last === null) return
    host.changeWindow(pointer.screen.x - last.screen.x, pointer.screen.y - last.screen.y, isFinal)
    last = isFinal ? null : pointer
  }

  return {
    cursor: 'ns-resize',
    down(pointer) {
      if (pointer.button === 'left') last = pointer
    },
    move: pointer => change(pointer, false),
    up: pointer => change(pointer, true),
    cancel() {
      last = null
      return false
    },
  }
}

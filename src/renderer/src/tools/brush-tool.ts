import type { StagePointer } from '../canvas/slice-canvas'
import type { Position } from '../canvas/viewport'
import type { Tool, ToolHost } from './tool'

/** Paints discs along the way of the hand; with Shift, or the right button, the eraser paints and the brush erases. */
export function brushTool(host: ToolHost, paints: boolean): Tool {
  let last: Position | null = null
  let adds = paints

  function showDisc(at: Position, isAdding: boolean): void {
    host.sketch({ kind: 'disc', at, radius: host.brushRadius, adds: isAdding })
  }

  function end(): boolean {
    if (last === null) return false
    last = null
    host.endStroke(adds)
    return true
  }

  return {
    cursor: 'none',
    down(pointer) {
      if (pointer.button === 'middle' || last !== null) return
      adds = isReversed(pointer) ? !paints : paints
      if (!host.beginStroke(pointer.at, adds)) return
      last = pointer.at
      host.strokeTo(pointer.at, pointer.at, adds)
    },
    move(pointer) {
      showDisc(pointer.at, last === null ? (isReversed(pointer) ? !paints : paints) : adds)
      if (last === null) return
      host.strokeTo(last, pointer.at, adds)
      last = pointer.at
    },
    up: () => void end(),
    leave: () => host.sketch(null),
    cancel() {
      host.sketch(null)
      return end()
    },
  }
}

function isReversed(pointer: StagePointer): boolean {
  return pointer.isShift || pointer.button === 'right'
}

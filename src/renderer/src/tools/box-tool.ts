import { boxBetween, pixelAt } from '../canvas/box-corners'
import type { StagePointer } from '../canvas/slice-canvas'
import { hasMoved, type Tool, type ToolHost } from './tool'

/** Drag: a box. A click without a drag chooses the object under it. */
export function boxTool(host: ToolHost): Tool {
  let start: StagePointer | null = null
  let isDragging = false

  function drag(pointer: StagePointer, isFinal: boolean): void {
    if (start === null) return
    const box = boxBetween(start.at, pointer.at, host.slice)
    host.sketch(isFinal ? null : { kind: 'box', box })
    host.setBox(box, isFinal)
  }

  return {
    cursor: 'crosshair',
    down(pointer) {
      if (pointer.button === 'left') start = pointer
    },
    move(pointer) {
      if (start === null) return
      isDragging ||= hasMoved(start, pointer)
      if (isDragging) drag(pointer, false)
    },
    up(pointer) {
      if (isDragging) drag(pointer, true)
      else if (start !== null && pixelAt(pointer.at, host.slice) !== null) host.selectObjectAt(pointer.at)
      start = null
      isDragging = false
    },
    cancel() {
      const wasDragging = isDragging
      start = null
      isDragging = false
      host.sketch(null)
      if (wasDragging) host.dropBox()
      return wasDragging
    },
  }
}

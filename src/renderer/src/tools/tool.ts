import type { Component } from 'vue'
import type { Box, PromptPoint } from '../../../shared/domain/prompt'
import type { Sketch } from '../canvas/sketch-object'
import type { StagePointer } from '../canvas/slice-canvas'
import type { Position, Size } from '../canvas/viewport'
import type { MessageKey } from '../locale'

export type ToolId = 'select' | 'point' | 'box' | 'brush' | 'eraser' | 'polygon' | 'lasso'
/** Tools that last as long as their key is held. */
export type HeldToolId = 'pan' | 'window'

/** What tools work with and what they may do; stores behind it hold the state. */
export interface ToolHost {
  readonly slice: Size
  /** Screen pixels to one pixel of the slice */
  readonly scale: number
  /** Of the next click */
  readonly sign: PromptPoint['sign']
  readonly brushRadius: number
  /** Clicks of the prompt at work */
  readonly points: readonly PromptPoint[]
  sketch(sketch: Sketch | null): void
  /** @param isFinal - the button was released: the answer is stored */
  setBox(box: Box, isFinal: boolean): void
  /** The box that is being drawn goes */
  dropBox(): void
  addPoint(point: PromptPoint): void
  movePoint(index: number, to: Position, isFinal: boolean): void
  selectPoint(index: number | null): void
  selectObjectAt(at: Position): void
  /** The mouse rests over a pixel, or no longer */
  hover(at: Position | null): void
  /** @returns false: there is nothing that may be painted on */
  beginStroke(at: Position, adds: boolean): boolean
  strokeTo(from: Position, to: Position, adds: boolean): void
  endStroke(adds: boolean): void
  fillPath(points: readonly Position[], kind: 'polygon' | 'lasso', adds: boolean): void
  pan(dx: number, dy: number): void
  /** Changes of width and centre as parts of the stage's width and height */
  changeWindow(dx: number, dy: number, isFinal: boolean): void
}

export interface Tool {
  /** CSS cursor on the slice */
  readonly cursor: string
  down(pointer: StagePointer): void
  /** Also without a button: hovering */
  move(pointer: StagePointer): void
  up(pointer: StagePointer): void
  doubleClick?(pointer: StagePointer): void
  leave?(): void
  /** Enter: ends what is being drawn. @returns false: nothing was */
  finish?(): boolean
  /** Esc, or another tool. @returns false: nothing was being drawn */
  cancel(): boolean
}

/** What the rail shows and the registry lists. */
export interface ToolKind {
  readonly id: ToolId
  readonly labelKey: MessageKey
  readonly icon: Component
  readonly key: string
  make(host: ToolHost): Tool
}

/** How far the hand may move and still have clicked, screen pixels. */
export const clickReach = 4

export function hasMoved(from: StagePointer, to: StagePointer): boolean {
  return Math.hypot(to.screen.x - from.screen.x, to.screen.y - from.screen.y) > clickReach
}

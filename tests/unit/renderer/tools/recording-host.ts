import type { StagePointer } from '../../../../src/renderer/src/canvas/slice-canvas'
import type { Position } from '../../../../src/renderer/src/canvas/viewport'
import type { ToolHost } from '../../../../src/renderer/src/tools/tool'

/** A host that writes down what tools ask for; sketches and hovering are left out. */
export function recordingHost(changes: Partial<ToolHost> = {}): { host: ToolHost; calls: unknown[][] } {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...values: unknown[]): void =>
      void calls.push([name, ...values])
  const host: ToolHost = {
    slice: { width: 100, height: 60 },
    scale: 2,
    sign: 'positive',
    brushRadius: 3,
    points: [],
    sketch: () => undefined,
    hover: () => undefined,
    setBox: note('setBox'),
    dropBox: note('dropBox'),
    addPoint: note('addPoint'),
    movePoint: note('movePoint'),
    selectPoint: index => (index === null ? undefined : calls.push(['selectPoint', index])),
    selectObjectAt: note('selectObjectAt'),
    beginStroke: (at, adds) => calls.push(['beginStroke', at, adds]) > 0,
    strokeTo: note('strokeTo'),
    endStroke: note('endStroke'),
    fillPath: note('fillPath'),
    pan: note('pan'),
    changeWindow: note('changeWindow'),
    ...changes,
  }
  return { host, calls }
}

/** The hand at a place on the slice, at two screen pixels to one of the slice. */
export function hand(x: number, y: number, changes: Partial<StagePointer> = {}): StagePointer {
  const at: Position = { x, y }
  return {
    at,
    screen: { x: 2 * x, y: 2 * y },
    button: 'left',
    isShift: false,
    isCtrl: false,
    isAlt: false,
    ...changes,
  }
}

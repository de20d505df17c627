import type { Box, Prompt } from '../domain/prompt'
import type { RunLengths } from '../masks/rle'
import { decodeRuns, encodeRuns } from '../masks/rle'

/** How a stored plane is shown: first rows and columns change places, then it is mirrored. */
export interface Turn {
  readonly isTransposed: boolean
  readonly flipsX: boolean
  readonly flipsY: boolean
}

interface Size {
  readonly width: number
  readonly height: number
}

interface Position {
  readonly x: number
  readonly y: number
}

export const noTurn: Turn = { isTransposed: false, flipsX: false, flipsY: false }

export const isNoTurn = ({ isTransposed, flipsX, flipsY }: Turn): boolean =>
  !isTransposed && !flipsX && !flipsY

/** The turn back. */
export function inverseTurn({ isTransposed, flipsX, flipsY }: Turn): Turn {
  return isTransposed ? { isTransposed, flipsX: flipsY, flipsY: flipsX } : { isTransposed, flipsX, flipsY }
}

export function turnSize({ width, height }: Size, { isTransposed }: Turn): Size {
  return isTransposed ? { width: height, height: width } : { width, height }
}

/**
 * @param position - pixel indices, also between pixels
 * @param size - of the plane that the position is on
 */
export function turnPosition({ x, y }: Position, size: Size, turn: Turn): Position {
  const { width, height } = turnSize(size, turn)
  const [across, down] = turn.isTransposed ? [y, x] : [x, y]
  return { x: turn.flipsX ? width - 1 - across : across, y: turn.flipsY ? height - 1 - down : down }
}

export function turnBox({ x0, y0, x1, y1 }: Box, size: Size, turn: Turn): Box {
  const [a, b] = [turnPosition({ x: x0, y: y0 }, size, turn), turnPosition({ x: x1, y: y1 }, size, turn)]
  return { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) }
}

export function turnPrompt({ box, points }: Prompt, size: Size, turn: Turn): Prompt {
  return {
    box: box === null ? null : turnBox(box, size, turn),
    points: points.map(({ sign, ...point }) => ({ ...turnPosition(point, size, turn), sign })),
  }
}

interface Values {
  readonly length: number
  slice(): this
  [index: number]: number
}

/**
 * @param values - row-major, channels last; a typed array
 * @param size - of the plane that the values are of
 * @returns a new array of the same type, or the same one where nothing turns
 */
export function turnValues<T extends Values>(values: T, size: Size, channels: number, turn: Turn): T {
  if (isNoTurn(turn)) return values
  const turned = values.slice()
  const { width, height } = turnSize(size, turn)
  const [stepX, stepY] = turn.isTransposed
    ? [size.width * channels, channels]
    : [channels, size.width * channels]
  for (let y = 0; y < height; y++) {
    const row = (turn.flipsY ? height - 1 - y : y) * stepY
    for (let x = 0; x < width; x++) {
      const from = row + (turn.flipsX ? width - 1 - x : x) * stepX
      const to = (y * width + x) * channels
      // Both planes have the same number of values, and the turn is one to one: every index is inside.
      for (let channel = 0; channel < channels; channel++) turned[to + channel] = values[from + channel]!
    }
  }
  return turned
}

/** @throws RangeError when the runs do not fill the plane exactly */
export function turnRuns(runs: RunLengths, size: Size, turn: Turn): RunLengths {
  if (isNoTurn(turn)) return runs
  return encodeRuns(turnValues(decodeRuns(runs, size.width * size.height), size, 1, turn))
}

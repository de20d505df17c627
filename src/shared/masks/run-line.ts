import type { RunLengths } from './rle'

/** Pixels of a mask that follow each other at a fixed distance: a row, or a column. */
export interface MaskLine {
  /** Index of its first pixel, row-major */
  readonly start: number
  readonly step: number
  readonly length: number
}

/** One line of a mask, without decoding the rest of it. @returns 0 or 1 a pixel */
export function lineOf(runs: RunLengths, { start, step, length }: MaskLine): Uint8Array {
  const line = new Uint8Array(length)
  let [run, end] = [0, runs[0] ?? 0]
  for (let at = 0, pixel = start; at < length; at++, pixel += step) {
    while (pixel >= end && run + 1 < runs.length) end += runs[++run] ?? 0
    line[at] = run % 2
  }
  return line
}

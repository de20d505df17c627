import type { Box } from '../domain/prompt'
import type { RunLengths } from './rle'

export interface MeasuredRuns {
  /** Pixels that the runs cover, set or not: what a mask of this size must have */
  readonly size: number
  readonly areaPx: number
  /** Smallest box around the set pixels, inclusive; null where there are none */
  readonly box: Box | null
}

/** Area and box of a mask without decoding it. */
export function measureRuns(runs: RunLengths, width: number): MeasuredRuns {
  let [start, areaPx] = [0, 0]
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1]
  runs.forEach((run, index) => {
    if (index % 2 === 1 && run > 0) {
      const last = start + run - 1
      const [top, bottom] = [Math.floor(start / width), Math.floor(last / width)]
      // A run over the end of a row reaches both edges.
      const isWithinRow = top === bottom
      x0 = Math.min(x0, isWithinRow ? start % width : 0)
      x1 = Math.max(x1, isWithinRow ? last % width : width - 1)
      y0 = Math.min(y0, top)
      y1 = Math.max(y1, bottom)
      areaPx += run
    }
    start += run
  })
  return { size: start, areaPx, box: areaPx === 0 ? null : { x0, y0, x1, y1 } }
}

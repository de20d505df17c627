import type { RunLengths } from '../../../shared/masks/rle'

/** Whether a pixel is in a mask, without unrolling it. @param index - row-major */
export function isSetAt(runs: RunLengths, index: number): boolean {
  let end = 0
  for (let i = 0; i < runs.length; i++) {
    end += runs[i] ?? 0
    if (index < end) return i % 2 === 1
  }
  return false
}

/**
 * Run lengths of a mask in row-major order, alternating between 0 and 1 and starting with 0 (the first run is 0
 * when the first pixel is set). This is how masks are stored and cross the doors; COCO's form runs down columns.
 */
export type RunLengths = readonly number[]

/** @param mask - any shape, flat; non-zero counts as 1 */
export function encodeRuns(mask: Uint8Array): number[] {
  const runs: number[] = []
  let isSet = false
  let start = 0
  for (let i = 0; i < mask.length; i++) {
    if ((mask[i] !== 0) === isSet) continue
    runs.push(i - start)
    start = i
    isSet = !isSet
  }
  runs.push(mask.length - start)
  return runs
}

/**
 * @param size - pixels of the mask
 * @returns 0 or 1
 * @throws RangeError when the runs are not whole, not positive, or do not fill the mask exactly
 */
export function decodeRuns(runs: RunLengths, size: number): Uint8Array {
  const mask = new Uint8Array(size)
  let end = 0
  runs.forEach((run, index) => {
    if (!Number.isInteger(run) || run < 0) throw new RangeError(`A run of ${run} pixels is not a length`)
    if (end + run > size) throw new RangeError(`The runs are longer than the ${size} pixels of the mask`)
    if (index % 2 === 1) mask.fill(1, end, end + run)
    end += run
  })
  if (end !== size) throw new RangeError(`The runs cover ${end} of ${size} pixels`)
  return mask
}

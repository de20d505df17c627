/**
 * Run lengths as COCO has them: down the columns, beginning with 0.
 *
 * @param mask - [height, width], non-zero is foreground
 */
export function columnRuns(mask: Uint8Array, height: number, width: number): number[] {
  const runs: number[] = []
  let [isSet, run] = [false, 0]
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if ((mask[y * width + x] !== 0) === isSet) run++
      else {
        runs.push(run)
        isSet = !isSet
        run = 1
      }
    }
  }
  runs.push(run)
  return runs
}

/**
 * @param runs - down the columns
 * @returns [height, width], 0 or 1
 * @throws RangeError when the runs do not fill the mask exactly
 */
export function maskOfColumnRuns(runs: readonly number[], height: number, width: number): Uint8Array {
  const mask = new Uint8Array(height * width)
  let at = 0
  runs.forEach((run, index) => {
    if (index % 2 === 1) {
      for (let pixel = at; pixel < at + run; pixel++) {
        mask[(pixel % height) * width + Math.floor(pixel / height)] = 1
      }
    }
    at += run
  })
  if (at !== mask.length) throw new RangeError(`The runs cover ${at} of ${mask.length} pixels`)
  return mask
}

/** Characters carry five bits of a number each, the lowest first; 32 says that more follow. They begin at "0". */
const firstCharacter = 48
/** From the third run on, a run is written as its difference to the one before the last, which is often small. */
const firstDifference = 3

/**
 * The compressed form of COCO's annotations: `segmentation.counts` as text.
 *
 * @see cocodataset/cocoapi, common/maskApi.c, rleToString
 */
export function compressRuns(runs: readonly number[]): string {
  return runs
    .map((run, index) => signedText(index >= firstDifference ? run - (runs[index - 2] ?? 0) : run))
    .join('')
}

function signedText(value: number): string {
  let text = ''
  let rest = value
  for (;;) {
    const bits = rest & 31
    rest >>= 5
    // The sixth bit's sign must be told by the fifth: so ends a number.
    const isLast = (bits & 16) === 0 ? rest === 0 : rest === -1
    text += String.fromCharCode(firstCharacter + (isLast ? bits : bits | 32))
    if (isLast) return text
  }
}

/** Characters of one number: more than any run in a picture needs. */
const longestNumber = 6

/**
 * The inverse of `compressRuns`.
 *
 * @throws RangeError for characters that stand for nothing, and numbers that do not end or are no lengths
 * @see cocodataset/cocoapi, common/maskApi.c, rleFrString
 */
export function expandRuns(text: string): number[] {
  const runs: number[] = []
  let [value, shift] = [0, 0]
  for (let at = 0; at < text.length; at++) {
    const bits = text.charCodeAt(at) - firstCharacter
    if (bits < 0 || bits > 63) throw new RangeError(`Character ${at} stands for no run length`)
    if (shift >= longestNumber) throw new RangeError(`The number that ends at character ${at} is too long`)
    value |= (bits & 31) << (5 * shift++)
    if ((bits & 32) !== 0) continue
    if ((bits & 16) !== 0) value |= -1 << (5 * shift)
    const run = runs.length >= firstDifference ? value + (runs[runs.length - 2] ?? 0) : value
    if (run < 0) throw new RangeError(`Run ${runs.length} has a length of ${run}`)
    runs.push(run)
    ;[value, shift] = [0, 0]
  }
  if (shift > 0) throw new RangeError('The run lengths end within a number')
  return runs
}

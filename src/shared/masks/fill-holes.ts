import { checkMask } from './check-mask'

/**
 * Sets every hole: background that no walk over the sides of pixels leads out of the picture from.
 *
 * @param mask - [height, width], non-zero is foreground
 * @returns 0 or 1, a new array
 * @throws RangeError when the mask does not fill height x width
 * @see scipy.ndimage.binary_fill_holes, whose result it is
 */
export function fillHoles(mask: Uint8Array, height: number, width: number): Uint8Array {
  checkMask(mask, height, width)
  const filled = new Uint8Array(mask.length).fill(1)
  // A pixel enters once, when it is found to be outside.
  const pending = new Int32Array(mask.length)
  let [found, next] = [0, 0]
  const visit = (index: number): void => {
    if (mask[index] !== 0 || filled[index] === 0) return
    filled[index] = 0
    pending[found++] = index
  }
  for (let x = 0; x < width; x++) {
    visit(x)
    visit((height - 1) * width + x)
  }
  for (let y = 0; y < height; y++) {
    visit(y * width)
    visit(y * width + width - 1)
  }
  while (next < found) {
    const index = pending[next++] ?? 0 // next < found
    const x = index % width
    if (x > 0) visit(index - 1)
    if (x < width - 1) visit(index + 1)
    if (index >= width) visit(index - width)
    if (index < mask.length - width) visit(index + width)
  }
  return filled
}

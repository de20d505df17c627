import { checkMask } from './check-mask'

/**
 * Rounds an outline: a pixel is set where more than half of the disc around it is. What lies outside the picture has no
 * say, so that a mask which is cut by the frame keeps its edge there. At an exact half the pixel stays as it was.
 *
 * @param mask - [height, width], non-zero is foreground
 * @param radius - of the disc, pixels
 * @returns 0 or 1, a new array
 * @throws RangeError when the mask does not fill height x width
 */
export function smooth(mask: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  checkMask(mask, height, width)
  const sums = rowSums(mask, height, width)
  const reach = Math.floor(radius)
  const halfWidths = Array.from({ length: 2 * reach + 1 }, (_, row) =>
    Math.floor(Math.sqrt(radius * radius - (row - reach) ** 2)),
  )
  const smoothed = new Uint8Array(mask.length)
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - reach)
    const bottom = Math.min(height - 1, y + reach)
    for (let x = 0; x < width; x++) {
      let [set, seen] = [0, 0]
      // The sums have one more column than the picture; all indices lie inside: hence the `!`.
      for (let v = top; v <= bottom; v++) {
        const half = halfWidths[v - y + reach]!
        const from = Math.max(0, x - half)
        const to = Math.min(width, x + half + 1)
        set += sums[v * (width + 1) + to]! - sums[v * (width + 1) + from]!
        seen += to - from
      }
      const index = y * width + x
      smoothed[index] = 2 * set > seen || (2 * set === seen && mask[index] !== 0) ? 1 : 0
    }
  }
  return smoothed
}

/** [height, width + 1]: how many pixels of the row are set before each column. */
function rowSums(mask: Uint8Array, height: number, width: number): Uint32Array {
  const sums = new Uint32Array(height * (width + 1))
  for (let y = 0; y < height; y++) {
    let sum = 0
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== 0) sum++
      sums[y * (width + 1) + x + 1] = sum
    }
  }
  return sums
}

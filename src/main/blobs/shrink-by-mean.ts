export interface PictureShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/**
 * A smaller picture, each pixel the mean of those that fall into it whole: for looking at, several times as fast as
 * weighting those that lie across two.
 *
 * @param values - [height, width, channels]
 * @param to - [height, width], not larger than the picture
 * @returns [to[0], to[1], channels]
 */
export function shrinkByMean(
  values: ArrayLike<number>,
  { height, width, channels }: PictureShape,
  [smallHeight, smallWidth]: readonly [number, number],
): Float64Array {
  const sums = new Float64Array(smallHeight * smallWidth * channels)
  const columns = new Int32Array(width)
  for (let x = 0; x < width; x++) columns[x] = Math.floor((x * smallWidth) / width) * channels
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * smallHeight) / height) * smallWidth * channels
    // All indices lie inside their arrays: hence the `!`.
    for (let x = 0, at = y * width * channels; x < width; x++) {
      const to = row + columns[x]!
      for (let channel = 0; channel < channels; channel++) sums[to + channel]! += values[at++]!
    }
  }
  const [rowsIn, columnsIn] = [countsOf(height, smallHeight), countsOf(width, smallWidth)]
  for (let at = 0; at < sums.length; at++) {
    const pixel = Math.floor(at / channels)
    sums[at]! /= rowsIn[Math.floor(pixel / smallWidth)]! * columnsIn[pixel % smallWidth]!
  }
  return sums
}

/** How many of `length` fall into each of `small`. */
function countsOf(length: number, small: number): Int32Array {
  const counts = new Int32Array(small)
  for (let at = 0; at < length; at++) counts[Math.floor((at * small) / length)]!++
  return counts
}

import { distanceTransform } from '../../shared/masks/distance'

/** A pixel of a mask: column and row. */
export interface PixelPoint {
  readonly x: number
  readonly y: number
}

/**
 * The deepest pixel of a mask: the one farthest from its edge, the outside of the image counting as background.
 * The first one in reading order if several are equally deep. Where a person would click.
 *
 * @param mask - [height, width], non-zero is inside
 * @returns null for an empty mask
 */
export function innerPoint(mask: Uint8Array, height: number, width: number): PixelPoint | null {
  const distance = distanceTransform(mask, height, width, [1, 1], { outsideIsBackground: true })
  let deepest = -1
  let most = 0
  for (let index = 0; index < distance.length; index++) {
    const value = distance[index] ?? 0
    if (value > most) {
      most = value
      deepest = index
    }
  }
  return deepest < 0 ? null : { x: deepest % width, y: Math.floor(deepest / width) }
}

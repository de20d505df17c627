import type { PictureSize } from './label-source'

/** A mask that covers a part of its picture; nothing is set around it. */
export interface MaskPart {
  /** Of its first pixel in the picture; may lie outside */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** [height, width], non-zero is set */
  readonly mask: Uint8Array
}

/**
 * A part's mask as the row-major run lengths of its picture, without a mask of that size in between.
 *
 * @param part - inside the picture
 * @returns null where no pixel is set
 */
export function runsOfPart({ x, y, width, height, mask }: MaskPart, size: PictureSize): number[] | null {
  const runs: number[] = []
  let end = 0
  const add = (start: number, length: number): void => {
    // A run that begins where the last one ends makes it longer.
    if (start === end && runs.length > 0) runs[runs.length - 1] = (runs.at(-1) ?? 0) + length
    else runs.push(start - end, length)
    end = start + length
  }
  for (let row = 0; row < height; row++) {
    for (let from = 0; from < width; from++) {
      // Every index is inside the part.
      if (mask[row * width + from]! === 0) continue
      let to = from
      while (to < width && mask[row * width + to]! !== 0) to++
      add((y + row) * size.width + x + from, to - from)
      from = to
    }
  }
  if (runs.length === 0) return null
  if (end < size.width * size.height) runs.push(size.width * size.height - end)
  return runs
}

export interface ClippedPart {
  readonly part: MaskPart
  /** Whether it reached out of the picture */
  readonly isClipped: boolean
}

/** What of a part lies inside the picture. */
export function clippedPart(part: MaskPart, size: PictureSize): ClippedPart {
  const [x, y] = [Math.max(0, part.x), Math.max(0, part.y)]
  const width = Math.max(0, Math.min(size.width, part.x + part.width) - x)
  const height = Math.max(0, Math.min(size.height, part.y + part.height) - y)
  const mask = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    const from = (y + row - part.y) * part.width + x - part.x
    mask.set(part.mask.subarray(from, from + width), row * width)
  }
  const isClipped = setPixels(mask) < setPixels(part.mask)
  return { part: { x, y, width, height, mask }, isClipped }
}

const setPixels = (mask: Uint8Array): number => mask.reduce((sum, pixel) => sum + (pixel === 0 ? 0 : 1), 0)

/** One part that covers all of them. */
export function joinedPart(parts: readonly MaskPart[]): MaskPart {
  const [first] = parts
  if (!first) return { x: 0, y: 0, width: 0, height: 0, mask: new Uint8Array(0) }
  if (parts.length === 1) return first
  const x = Math.min(...parts.map(part => part.x))
  const y = Math.min(...parts.map(part => part.y))
  const width = Math.max(...parts.map(part => part.x + part.width)) - x
  const height = Math.max(...parts.map(part => part.y + part.height)) - y
  const mask = new Uint8Array(width * height)
  for (const part of parts) {
    for (let row = 0; row < part.height; row++) {
      const to = (part.y - y + row) * width + part.x - x
      // Each part lies inside the joined one.
      for (let column = 0; column < part.width; column++)
        mask[to + column]! |= part.mask[row * part.width + column]! === 0 ? 0 : 1
    }
  }
  return { x, y, width, height, mask }
}

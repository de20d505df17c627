import type { Box } from '../../../shared/domain/prompt'

const area = ({ x0, y0, x1, y1 }: Box): number => Math.max(0, x1 - x0 + 1) * Math.max(0, y1 - y0 + 1)

/** Intersection over union of two boxes of pixel indices, inclusive at both ends. */
export function boxIou(a: Box, b: Box): number {
  const both = area({
    x0: Math.max(a.x0, b.x0),
    y0: Math.max(a.y0, b.y0),
    x1: Math.min(a.x1, b.x1),
    y1: Math.min(a.y1, b.y1),
  })
  return both / (area(a) + area(b) - both)
}

/**
 * How well a list of boxes is found: pairs are made from the highest IoU down, each box once, and what is left over on
 * either side counts as 0.
 *
 * @returns mean IoU over the longer list, in [0, 1]; two empty lists agree: 1
 */
export function boxAgreement(found: readonly Box[], wanted: readonly Box[]): number {
  const longest = Math.max(found.length, wanted.length)
  if (longest === 0) return 1
  const pairs = found
    .flatMap((a, i) => wanted.map((b, j) => ({ i, j, iou: boxIou(a, b) })))
    .filter(pair => pair.iou > 0)
    .sort((a, b) => b.iou - a.iou)
  const [usedFound, usedWanted] = [new Set<number>(), new Set<number>()]
  let sum = 0
  for (const { i, j, iou } of pairs) {
    if (usedFound.has(i) || usedWanted.has(j)) continue
    usedFound.add(i)
    usedWanted.add(j)
    sum += iou
  }
  return sum / longest
}

/**
 * The inner edge of a mask: its pixels that touch the background over a side (4-neighbour cross). What lies outside
 * the image counts as background, so a mask that fills the image has its frame as edge.
 *
 * @param mask - [height, width], non-zero is foreground
 * @returns [height, width], 0 or 1
 */
export function maskEdges(mask: Uint8Array, height: number, width: number): Uint8Array {
  const edges = new Uint8Array(mask.length)
  for (let y = 0; y < height; y++) {
    const touchesFrame = y === 0 || y === height - 1
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      if (mask[i] === 0) continue
      const isInner =
        !touchesFrame &&
        x > 0 &&
        x < width - 1 &&
        mask[i - 1] !== 0 &&
        mask[i + 1] !== 0 &&
        mask[i - width] !== 0 &&
        mask[i + width] !== 0
      if (!isInner) edges[i] = 1
    }
  }
  return edges
}

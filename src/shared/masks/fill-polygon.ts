/** Corners of a closed outline, in pixel indices: the centre of the first pixel is (0, 0). The first is not repeated. */
export type Corners = readonly { readonly x: number; readonly y: number }[]

/**
 * The pixels whose centres lie inside a polygon by the even-odd rule: where it crosses itself, what is enclosed twice is
 * outside. Centres on a left or upper edge count as inside, those on a right or lower one do not, so polygons that share
 * an edge share no pixel.
 *
 * @returns [height, width], 0 or 1; empty for fewer than three corners. Corners may lie outside the picture.
 */
export function fillPolygon(corners: Corners, height: number, width: number): Uint8Array {
  const mask = new Uint8Array(height * width)
  if (corners.length < 3) return mask
  const edges = edgesOf(corners, height)
  let open: Edge[] = []
  let next = 0
  for (let y = edges[0]?.first ?? height; y < height; y++) {
    open = open.filter(({ last }) => last >= y)
    for (let edge = edges[next]; edge && edge.first <= y; edge = edges[++next]) open.push(edge)
    const crossings = open.map(({ before, corner }) => crossing(before, corner, y)).sort((a, b) => a - b)
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil(crossings[pair] ?? 0))
      const to = Math.min(width, Math.ceil(crossings[pair + 1] ?? 0))
      if (to > from) mask.fill(1, y * width + from, y * width + to)
    }
  }
  return mask
}

type Corner = Corners[number]

interface Edge {
  readonly before: Corner
  readonly corner: Corner
  /** Rows of centres that it crosses: its upper end belongs to it and its lower one does not */
  readonly first: number
  readonly last: number
}

/** Those that cross a row of the picture, by the first one. */
function edgesOf(corners: Corners, height: number): Edge[] {
  const edges: Edge[] = []
  let before = corners[corners.length - 1]
  for (const corner of corners) {
    if (before) {
      const first = Math.max(0, Math.ceil(Math.min(before.y, corner.y)))
      const last = Math.min(height, Math.ceil(Math.max(before.y, corner.y))) - 1
      if (last >= first) edges.push({ before, corner, first, last })
    }
    before = corner
  }
  return edges.sort((a, b) => a.first - b.first)
}

const crossing = (before: Corner, corner: Corner, y: number): number =>
  before.x + ((y - before.y) / (corner.y - before.y)) * (corner.x - before.x)

/** Rows that the edges cross, all together: what filling takes. */
export function crossedRows(corners: Corners, height: number): number {
  return edgesOf(corners, height).reduce((sum, { first, last }) => sum + last - first + 1, 0)
}

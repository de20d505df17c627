import type { Tensor } from '../../core/tensor/tensor'
import type { DecodedFile } from '../codecs'

/** Values that a map of labels side by side, such as a chessboard, may have without being asked further */
const fewValues = 8

/** Share of neighbours that differ: in instance maps of small cells it is below a tenth, in photographs above a half */
const mostEdges = 0.3

/**
 * Whether a file holds brightness, not labels: labels lie in regions, while in photographs nearly every pixel differs from its
 * neighbour. Windowed to eight bits, an image may well have fewer values than a label map.
 */
export function isPhotograph({ pixels, kind }: DecodedFile): boolean {
  const { shape } = pixels
  const isColour = shape.length > (kind === 'volume' ? 3 : 2) && (shape.at(-1) ?? 1) >= 3
  return isColour ? !isGrey(pixels) : hasManyEdges(pixels)
}

function isGrey({ data, shape }: Tensor): boolean {
  const channels = shape.at(-1) ?? 1
  for (let at = 0; at + 2 < data.length; at += channels) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false
  }
  return true
}

/** Along the rows; background beside background says nothing. */
function hasManyEdges({ data, shape }: Tensor): boolean {
  const width = shape.at(-1) ?? 1
  const values = new Set<number | bigint>()
  let [pairs, edges] = [0, 0]
  for (let at = 1; at < data.length; at++) {
    // Both indices are inside.
    const [before, value] = [data[at - 1]!, data[at]!]
    if (at % width === 0 || (Number(before) === 0 && Number(value) === 0)) continue
    pairs++
    if (before !== value) edges++
    if (values.size <= fewValues) values.add(value)
  }
  return values.size > fewValues && edges > mostEdges * pairs
}

import { addScalar, concat, cos, matmul, mulScalar, sin } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import type { WeightOf } from './linear'

/**
 * Random Fourier features of points in the unit square, as SAM's prompt encoder and its descendants have them.
 *
 * @param points - [..., 2], x and y in [0, 1]
 * @returns [..., dim]
 * @see Tancik et al. 2020, "Fourier Features Let Networks Learn High Frequency Functions"
 */
export function positionCode(g: OpBuilder, points: Value, dim: number, weight: WeightOf): Value {
  const frequencies = weight('pe_layer.positional_encoding_gaussian_matrix', [2, dim / 2])
  const centred = addScalar(g, mulScalar(g, points, 2), -1)
  const angles = mulScalar(g, matmul(g, centred, frequencies), 2 * Math.PI)
  return concat(g, [sin(g, angles), cos(g, angles)], points.shape.length - 1)
}

/** Position code of the cells of a square grid, in row-major order: [side * side, dim]. */
export function gridPositionCode(g: OpBuilder, side: number, dim: number, weight: WeightOf): Value {
  const centres = Array.from({ length: side * side }, (_, cell) => [
    ((cell % side) + 0.5) / side,
    (Math.floor(cell / side) + 0.5) / side,
  ])
  return positionCode(g, g.constant([side * side, 2], centres.flat()), dim, weight)
}

import { checkMask } from './check-mask'
import { traceContours } from './contours'

export interface MaskMeasures {
  readonly area: number
  /** Between the two corners of pixels that are farthest from each other; 0 for an empty mask */
  readonly longestDiameter: number
  /** Of the ellipse with the same area and second moments; 0 for an empty mask */
  readonly ellipseCircumference: number
}

export interface MeasureSpacing {
  readonly x: number
  readonly y: number
}

/**
 * Measures a mask in the unit of the spacing, squared for the area.
 *
 * The ellipse is the one whose second central moments are those of the mask, its pixels taken as small rectangles: a
 * uniform ellipse with semi-axes a and b has the variances a²/4 and b²/4 along its axes, and then the same shape stretched
 * so that its area is the mask's. Its circumference is Ramanujan's second formula,
 * π (a + b) (1 + 3h / (10 + √(4 - 3h))) with h = ((a - b) / (a + b))², exact to 1e-4 up to an axis ratio of 20.
 *
 * @param mask - [height, width], non-zero is foreground
 * @param spacing - size of a pixel, such as mm; without it the measures are in pixels
 * @throws RangeError when the mask does not fill height x width
 */
export function measureMask(
  mask: Uint8Array,
  height: number,
  width: number,
  spacing: MeasureSpacing = { x: 1, y: 1 },
): MaskMeasures {
  checkMask(mask, height, width)
  const moments = momentsOf(mask, height, width)
  if (moments.count === 0) return { area: 0, longestDiameter: 0, ellipseCircumference: 0 }
  const area = moments.count * spacing.x * spacing.y
  return {
    area,
    longestDiameter: longestDiameter(mask, height, width, spacing),
    ellipseCircumference: ellipseCircumference(moments, area, spacing),
  }
}

interface Moments {
  readonly count: number
  /** Central, of pixel squares, pixels² */
  readonly xx: number
  readonly yy: number
  readonly xy: number
}

function momentsOf(mask: Uint8Array, height: number, width: number): Moments {
  let [count, sumX, sumY, sumXx, sumYy, sumXy] = [0, 0, 0, 0, 0, 0]
  for (let y = 0; y < height; y++) {
    let [inRow, rowX] = [0, 0]
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue
      inRow++
      rowX += x
      sumXx += x * x
    }
    count += inRow
    sumX += rowX
    sumY += inRow * y
    sumYy += inRow * y * y
    sumXy += rowX * y
  }
  const [meanX, meanY] = [sumX / count, sumY / count]
  // A square of side 1 has the variance 1/12 along each side.
  return {
    count,
    xx: sumXx / count - meanX * meanX + 1 / 12,
    yy: sumYy / count - meanY * meanY + 1 / 12,
    xy: sumXy / count - meanX * meanY,
  }
}

function ellipseCircumference({ xx, yy, xy }: Moments, area: number, { x, y }: MeasureSpacing): number {
  const [varX, varY, covariance] = [xx * x * x, yy * y * y, xy * x * y]
  const middle = (varX + varY) / 2
  const spread = Math.hypot((varX - varY) / 2, covariance)
  const [a, b] = [2 * Math.sqrt(middle + spread), 2 * Math.sqrt(Math.max(0, middle - spread))]
  // A mask with a notch has larger moments than an ellipse of its area.
  const scale = Math.sqrt(area / (Math.PI * a * b))
  const h = ((a - b) / (a + b)) ** 2
  return scale * Math.PI * (a + b) * (1 + (3 * h) / (10 + Math.sqrt(4 - 3 * h)))
}

function longestDiameter(mask: Uint8Array, height: number, width: number, { x, y }: MeasureSpacing): number {
  const corners: Point[] = traceContours(mask, height, width).flatMap(ring =>
    Array.from({ length: ring.length / 2 }, (_, at): Point => [
      (ring[2 * at] ?? 0) * x,
      (ring[2 * at + 1] ?? 0) * y,
    ]),
  )
  const hull = convexHull(corners)
  let longest = 0
  hull.forEach(([ax, ay], index) => {
    for (const [bx, by] of hull.slice(index + 1)) longest = Math.max(longest, Math.hypot(bx - ax, by - ay))
  })
  return longest
}

type Point = readonly [x: number, y: number]

/** Andrew's monotone chain: both halves from left to right, each turning one way only. */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by)
  return [...halfHull(sorted), ...halfHull(sorted.reverse())]
}

function halfHull(sorted: readonly Point[]): Point[] {
  const half: Point[] = []
  for (const point of sorted) {
    for (;;) {
      const [last, before] = [half.at(-1), half.at(-2)]
      if (!last || !before || turn(before, last, point) > 0) break
      half.pop()
    }
    half.push(point)
  }
  return half
}

const turn = ([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): number =>
  (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

/** What the goldens of group 5 are made of, and plain references for them: formulas, loops, no code of ours. */
import type { Taps } from '../../src/core/imaging/interpolation'
import type { AreaTensor } from '../../src/core/imaging/picture'
import { discMask, formulaImage } from './formula-weights'

/** `source_transforms` of the manifest. */
export function sourceImage(spec: string, dtype: string): AreaTensor {
  const { shape, data } = formulaImage(spec)
  switch (dtype) {
    case 'uint8':
      return { dtype, shape, data }
    case 'uint16':
      return { dtype, shape, data: Uint16Array.from(data, value => value * 257) }
    case 'int16':
      return { dtype, shape, data: Int16Array.from(data, value => value * 13 - 1000) }
    case 'float32':
      return { dtype, shape, data: Float32Array.from(data, value => value * 0.37 - 20) }
    case 'float64':
      return { dtype, shape, data: Float64Array.from(data, value => value * 0.37 - 20) }
    default:
      throw new Error(`No source of the type ${dtype}`)
  }
}

/** Fixture samples: image by formula, labels two discs (the second on top) and a rectangle in the corner. */
export function sampleSource(name: string, [height, width]: readonly number[], dtype: string) {
  const seed = { u8_150x100_l1: 0, u8_150x100_l5: 0, i16_25x15_l4: 1, f32_60x100_l1: 2 }[name]
  const [h, w] = [height ?? 0, width ?? 0]
  const image = sourceImage(`s${seed ?? 0}:${h}x${w}`, dtype)
  if (seed === undefined) image.data.fill(77)
  const [first, second] = [discMask(h, w, 0), discMask(h, w, 1)]
  const labels = Int32Array.from({ length: h * w }, (_, at) => {
    if (Math.floor(at / w) < Math.floor(h / 5) && at % w < Math.floor(w / 3)) return 5
    return second[at] ? 4 : (first[at] ?? 0)
  })
  return { image, labels }
}

/**
 * Outward shifts of the four sides, in the order that the original script draws them (x_min, x_max, y_min, y_max),
 * up to the last pixel.
 */
export function correctedBox(box: readonly number[], jitter: readonly number[], size: number): number[] {
  return seedBox(box, jitter, size).map(side => Math.min(size - 1, side))
}

/** The original script lets the maxima reach the size itself: one past the last pixel (fault 13). */
export function seedBox(box: readonly number[], jitter: readonly number[], size: number): number[] {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box
  const [a = 0, b = 0, c = 0, d = 0] = jitter
  return [Math.max(0, x0 - a), Math.max(0, y0 - c), Math.min(size, x1 + b), Math.min(size, y1 + d)]
}

/** The transposes applied in torch's order: every result pixel adds to each of its taps in turn, in float32. */
export function scattered(rows: Taps, columns: Taps, upstream: Float32Array, width: number): Float32Array {
  const f = Math.fround
  const newWidth = columns.indices.length / columns.width
  const gradient = new Float32Array((Math.max(...rows.indices) + 1) * width)
  upstream.forEach((g, at) => {
    const y = Math.floor(at / newWidth) * rows.width
    const x = (at % newWidth) * columns.width
    for (let i = y; i < y + rows.width; i++) {
      for (let j = x; j < x + columns.width; j++) {
        const to = (rows.indices[i] ?? NaN) * width + (columns.indices[j] ?? NaN)
        gradient[to]! += f(f(g * (rows.weights[i] ?? NaN)) * (columns.weights[j] ?? NaN))
      }
    }
  })
  return gradient
}

/** [n, k] times [k, m], in float64. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [n, k, m]: [number, number, number],
): Float64Array {
  const result = new Float64Array(n * m)
  for (let row = 0; row < n; row++) {
    for (let inner = 0; inner < k; inner++) {
      const factor = a[row * k + inner] ?? NaN
      for (let column = 0; column < m; column++)
        result[row * m + column]! += factor * (b[inner * m + column] ?? NaN)
    }
  }
  return result
}

export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    { length: rows * columns },
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] ?? NaN,
  )
}

/** Bits of a small whole number as binary16. */
export function halfBits(value: number): number {
  if (value === 0) return 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  const fraction = Math.abs(value) / 2 ** exponent - 1
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (fraction * 1024)
}

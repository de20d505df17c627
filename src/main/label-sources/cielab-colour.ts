import type { Rgb } from '../../shared/domain/label-palette'

/**
 * A Recommended Display CIELab Value as sRGB.
 *
 * @param lab - 16 bits each: L* from 0 to 100, a* and b* from -128 to 127 (PS3.3 C.10.7.1.1), white D50
 * @see ICC profile connection space; matrix from D50 to sRGB by Bradford adaptation
 */
export function cielabColour([l, a, b]: readonly [number, number, number]): Rgb {
  const lightness = (l / 65_535) * 100
  const fy = (lightness + 16) / 116
  const fx = fy + ((a / 65_535) * 255 - 128) / 500
  const fz = fy - ((b / 65_535) * 255 - 128) / 200
  const [x, y, z] = [0.9642 * unscaled(fx), unscaled(fy), 0.8249 * unscaled(fz)]
  return [
    encoded(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
    encoded(-0.9787684 * x + 1.9161415 * y + 0.033454 * z),
    encoded(0.0719453 * x - 0.2289914 * y + 1.4052427 * z),
  ]
}

const unscaled = (t: number): number => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29))

function encoded(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055
  return Math.round(Math.min(1, Math.max(0, value)) * 255)
}

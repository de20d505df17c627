/** From linear sRGB to XYZ with the white of D50, to which ICC's profile connection space refers (Bradford) */
const toXyz = [
  [0.4360747, 0.3850649, 0.1430804],
  [0.2225045, 0.7168786, 0.0606169],
  [0.0139322, 0.0971045, 0.7141733],
] as const
const white = [0.96422, 1, 0.82521] as const

/**
 * A colour as DICOM recommends colours: CIELab in 16 bits (PS3.3 C.10.7.1.1).
 *
 * @param rgb - sRGB from 0 to 1
 * @returns L* from 0 to 100, a* and b* from -128 to 127, each spread over 0 to 65535
 */
export function cieLab(rgb: readonly number[]): [number, number, number] {
  const linear = rgb.map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  const [x = 0, y = 0, z = 0] = toXyz.map((row, index) => {
    const value = row.reduce((sum, factor, channel) => sum + factor * (linear[channel] ?? 0), 0)
    return curve(value / (white[index] ?? 1))
  })
  const lab = [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255]
  const [l = 0, a = 0, b = 0] = lab.map(part => Math.round(Math.min(1, Math.max(0, part)) * 65_535))
  return [l, a, b]
}

const curve = (t: number): number => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29)

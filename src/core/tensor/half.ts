/** Half precision: float16 (IEEE binary16) and bfloat16 kept as their 16 bits, widened to and narrowed from float32. */

let table: Float32Array | undefined

/** Exact for every one of the 65,536 patterns. */
export function widenHalf(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, pattern) => widenOne(pattern))
  const values = new Float32Array(bits.length)
  // The table has an entry for each 16-bit pattern and `i` stays inside: hence the `!`.
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]!]!
  return values
}

/** Rounds to the nearest float16, ties to even; beyond 65,504 to infinity; NaN stays NaN. */
export function narrowHalf(values: Float32Array): Uint16Array {
  const patterns = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const bits = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) bits[i] = narrowOne(patterns[i]!) // `i` stays inside
  return bits
}

/** bfloat16 is the upper half of a float32. */
export function widenBfloat16(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length)
  const patterns = new Uint32Array(values.buffer)
  for (let i = 0; i < bits.length; i++) patterns[i] = bits[i]! << 16 // `i` stays inside
  return values
}

function widenOne(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1
  const exponent = (pattern >> 10) & 31
  const fraction = pattern & 1023
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function narrowOne(pattern: number): number {
  const sign = (pattern >>> 16) & 0x8000
  const magnitude = pattern & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x47800000) return sign | 0x7c00 // 65536 and more; 65520..65535 carry over below
  if (magnitude < 0x38800000) {
    // Below 2^-14 float16 steps by 2^-24: shift the full mantissa down to that step.
    const shift = 126 - (magnitude >>> 23)
    return shift > 24 ? sign : sign | shiftToEven((magnitude & 0x7fffff) | 0x800000, shift)
  }
  return sign | shiftToEven(magnitude - 0x38000000, 13)
}

/** value / 2^shift, rounded to the nearest integer, ties to even. */
function shiftToEven(value: number, shift: number): number {
  const rest = value & ((1 << shift) - 1)
  const half = 1 << (shift - 1)
  const floor = value >>> shift
  return rest > half || (rest === half && (floor & 1) === 1) ? floor + 1 : floor
}

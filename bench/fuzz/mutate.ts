import { random } from '../../src/core/random'

/** Numbers that readers stumble over: ends of types, signs, sizes that nothing can have. */
const evil = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff]

/** Most faults are in headers. */
const headLength = 512

/**
 * A damaged copy: bytes, numbers and whole stretches changed, mostly near the beginning, and sometimes the end cut off. A function
 * of the bytes and the seed.
 */
export function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const draw = random(seed, 'fuzz')
  const below = (end: number): number => Math.floor(draw.uniform() * end)
  const place = (): number => below(draw.uniform() < 0.6 ? Math.min(headLength, bytes.length) : bytes.length)
  const copy = Uint8Array.from(bytes)
  const view = new DataView(copy.buffer)
  const changes = 1 + below(8)
  for (let change = 0; change < changes; change++) {
    const at = place()
    const kind = below(5)
    if (kind === 0) copy[at] = below(256)
    else if (kind === 1) copy[at] = (copy[at] ?? 0) ^ (1 << below(8))
    else if (kind === 2 && at + 4 <= copy.length)
      view.setUint32(at, evil[below(evil.length)] ?? 0, draw.uniform() < 0.5)
    else if (kind === 3) copy.fill(below(256), at, at + 1 + below(16))
    else copy.copyWithin(at, place(), place())
  }
  return draw.uniform() < 0.2 ? copy.subarray(0, 1 + below(copy.length)) : copy
}

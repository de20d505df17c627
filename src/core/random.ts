/** Numbers drawn one after another from one stream. */
export interface Generator {
  /** In [0, 1), with 53 random bits */
  uniform(): number
  /** Both ends included */
  integer(low: number, high: number): number
  /** @throws RangeError when there is nothing to choose from */
  choice<T>(items: readonly T[]): T
  /** The numbers 0 ... count - 1 in a random order */
  shuffle(count: number): number[]
}

type Word4 = [number, number, number, number]

/**
 * A stream of random numbers that is a function of its keys alone, e.g. `random(seed, epoch, sample, 'box')`.
 * Another stream, or the order in which streams are asked for, cannot change it: prefetching, workers and
 * resuming are then free to reorder work.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox4x32-10)
 */
export function random(seed: number, ...keys: readonly (number | string)[]): Generator {
  const [low, high] = digest([seed, ...keys])
  let counter = 0
  let block: Word4 = [0, 0, 0, 0]
  let used = 4
  const word = (): number => {
    if (used === 4) {
      block = philox4x32([counter >>> 0, Math.floor(counter / 2 ** 32), 0, 0], low, high)
      counter++
      used = 0
    }
    return block[used++] ?? 0
  }
  const uniform = (): number => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53
  const integer = (from: number, to: number): number => from + Math.floor(uniform() * (to - from + 1))
  return {
    uniform,
    integer,
    choice: items => chosen(items, integer),
    shuffle: count => shuffled(count, integer),
  }
}

function chosen<T>(items: readonly T[], integer: Generator['integer']): T {
  if (items.length === 0) throw new RangeError('Nothing to choose from')
  // The index is within the array, which the type of an element cannot say.
  return items[integer(0, items.length - 1)] as T
}

function shuffled(count: number, integer: Generator['integer']): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = integer(0, last)
    const kept = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

/** One block of four 32-bit words: ten rounds over the counter with a 64-bit key. */
export function philox4x32(counter: Word4, keyLow: number, keyHigh: number): Word4 {
  let [a, b, c, d] = counter
  let [k0, k1] = [keyLow, keyHigh]
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, a)
    const [high1, low1] = multiply(0xcd9e8d57, c)
    ;[a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0]
    k0 = (k0 + 0x9e3779b9) >>> 0
    k1 = (k1 + 0xbb67ae85) >>> 0
  }
  return [a, b, c, d]
}

/** The 64-bit product of two unsigned 32-bit numbers as [high, low]. */
function multiply(a: number, b: number): [number, number] {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle % 2 ** 16)
  return [
    (aHigh * bHigh + Math.floor(middle / 2 ** 16) + Math.floor(carry / 2 ** 16)) >>> 0,
    Math.imul(a, b) >>> 0,
  ]
}

/** Two 32-bit hashes of a list of keys; `1` and `'1'`, `['ab']` and `['a', 'b']` differ. */
function digest(keys: readonly (number | string)[]): [number, number] {
  let [low, high] = [0x811c9dc5, 0x1b873593]
  const add = (value: number): void => {
    low = mix(Math.imul(low ^ value, 0x01000193))
    high = mix(Math.imul(high, 5) + value)
  }
  const bytes = new DataView(new ArrayBuffer(8))
  for (const key of keys) {
    if (typeof key === 'number') {
      bytes.setFloat64(0, key)
      add(1)
      add(bytes.getUint32(0))
      add(bytes.getUint32(4))
    } else {
      add(2)
      add(key.length)
      for (let index = 0; index < key.length; index++) add(key.charCodeAt(index))
    }
  }
  return [low >>> 0, high >>> 0]
}

/** Finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return x ^ (x >>> 16)
}

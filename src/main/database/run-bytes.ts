import type { RunLengths } from '../../shared/masks/rle'

/**
 * Run lengths as unsigned LEB128 numbers: seven bits a byte, lowest first, the top bit set where more follow. Most runs
 * of a mask fit into one or two bytes.
 *
 * @see DWARF Debugging Information Format 5, section 7.6
 */
export function runBytes(runs: RunLengths): Uint8Array {
  const bytes: number[] = []
  for (const run of runs) {
    let rest = run
    while (rest > 127) {
      bytes.push((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

/** @throws RangeError when the bytes end within a number, or one is no safe integer */
export function runsOf(bytes: Uint8Array): number[] {
  const runs: number[] = []
  let value = 0
  let factor = 1
  for (const byte of bytes) {
    value += (byte & 127) * factor
    if (!Number.isSafeInteger(value)) throw new RangeError('A run is longer than any mask')
    if (byte < 128) {
      runs.push(value)
      value = 0
      factor = 1
    } else factor *= 128
  }
  if (factor !== 1) throw new RangeError('The bytes end within a run')
  return runs
}

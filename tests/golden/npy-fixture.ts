import { readFileSync, readdirSync } from 'node:fs'
import { numbersOf } from '../../src/core/imaging/picture'
import { readNpy } from '../../src/main/codecs/npy'

export const fixtureUrl = (path: string): URL => new URL(`../fixtures/${path}`, import.meta.url)

const opened = new Set<string>()

/** The bytes of a fixture; `unopenedFixtures` then knows that a test looked at it. */
export function fixtureBytes(path: string): Uint8Array {
  opened.add(path)
  return new Uint8Array(readFileSync(fixtureUrl(path)))
}

/** A fixture array as floats. */
export function fixtureArray(path: string): { shape: readonly number[]; data: Float32Array } {
  const array = readNpy(fixtureBytes(path), path)
  return { shape: array.shape, data: Float32Array.from(numbersOf(array)) }
}

export function fixtureJson(path: string): unknown {
  return JSON.parse(new TextDecoder().decode(fixtureBytes(path)), (_key, value: unknown) =>
    value === 'NaN' ? NaN : value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value,
  )
}

/** Files of a group that no test of this run has opened. */
export function unopenedFixtures(group: string): string[] {
  return readdirSync(fixtureUrl(group), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath}/${entry.name}`.replace(/.*\/tests\/fixtures\//, ''))
    .filter(path => !opened.has(path))
}

/** Largest |a - b| - relative |b|: how far the two are apart beyond what the scale excuses. */
export function largestExcess(actual: ArrayLike<number>, expected: ArrayLike<number>, relative = 0): number {
  let worst = actual.length === expected.length ? 0 : Infinity
  for (let i = 0; i < expected.length; i++) {
    const excess = Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN)) - relative * Math.abs(expected[i] ?? 0)
    if (!(excess <= worst)) worst = excess
  }
  return worst
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../../../src/core/checkpoint/safetensors'
import type { Tensor } from '../../../../src/core/tensor/tensor'
import { float32, tensor } from '../../../../src/core/tensor/tensor'

const file = (header: unknown, data: number) => {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}
const entry = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
})

describe('safetensors', () => {
  it('come back as they were written, with their metadata', () => {
    const tensors = fc.uniqueArray(fc.tuple(fc.string(), fc.float32Array()), { selector: ([name]) => name })
    fc.assert(
      fc.property(tensors, fc.dictionary(fc.string(), fc.string()), (entries, metadata) => {
        const named = entries.filter(([name]) => name !== '__metadata__' && name !== '__proto__')
        const written = new Map(named.map(([name, data]) => [name, float32([data.length], data)] as const))
        const kept = Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== '__proto__'))

        const read = readSafetensors(writeSafetensors({ tensors: written, metadata: kept }), 'a.safetensors')

        // JavaScript reads names that look like numbers first, and empty tensors have no place of their own.
        expect(new Map([...read.tensors].sort())).toEqual(new Map([...written].sort()))
        expect(read.metadata).toEqual(kept)
      }),
    )
  })

  it('keep every element type', () => {
    const tensors = new Map<string, Tensor>([
      ['half', tensor('float16', [2], Uint16Array.of(0x3c00, 1))],
      ['flag', tensor('bool', [1], Uint8Array.of(1))],
      ['long', tensor('int64', [1, 1], BigInt64Array.of(-5n))],
    ])

    expect(readSafetensors(writeSafetensors({ tensors, metadata: {} }), 'a').tensors).toEqual(tensors)
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['shorter than its length field', new Uint8Array(5), /header is cut off/],
    ['with a header beyond its end', file('{}', 0).subarray(0, 9), /header is cut off/],
    ['whose header is no JSON', file('{"a":', 0), /header cannot be read/],
    ['whose tensors overlap', file({ a: entry(0, 8), b: entry(4, 12) }, 12), /b overlaps another/],
    ['with a gap', file({ a: entry(0, 4), b: entry(8, 12) }, 12), /leaves a gap/],
    ['whose last tensor is cut off', file({ a: entry(0, 8) }, 4), /a is cut off/],
    ['with bytes behind', file({ a: entry(0, 4) }, 8), /bytes follow/],
    ['whose shape does not match', file({ a: entry(0, 4, [3]) }, 4), /another size than its shape/],
    ['whose shape overflows', file({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4), /impossible shape/],
    ['with negative offsets', file({ a: entry(-4, 0, [1]) }, 4), /header cannot be read/],
    ['of an unknown type', file({ a: entry(0, 4, [4], 'F8_E4M3') }, 4), /unknown type F8_E4M3/],
  ])('refuse a file %s', (_, bytes, reason) => {
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(reason)
    expect(() => readSafetensors(bytes, 'x.safetensors')).toThrow(/^x\.safetensors is /)
  })
})

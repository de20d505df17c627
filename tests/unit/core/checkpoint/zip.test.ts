import { crc32 as reference } from 'node:zlib'
import { deflateSync, zipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../../src/core/checkpoint/crc32'
import { readZip } from '../../../../src/core/checkpoint/zip'
import { writeZip } from '../../../../src/core/checkpoint/zip-writer'

describe('CRC-32', () => {
  it('equals that of zlib at every length and alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(7), (bytes, offset) => {
        const shifted = new Uint8Array(bytes.length + offset)
        shifted.set(bytes, offset)
        return crc32(shifted.subarray(offset)) === reference(bytes)
      }),
    )
  })

  it('sums 64 MB in a moment', () => {
    const bytes = new Uint8Array(64 * 2 ** 20).fill(7)

    const start = performance.now()
    const sum = crc32(bytes)

    expect(sum).toBe(reference(bytes))
    // 500 MB/s on an idle core take 130 ms; the test machine may be ten times as busy.
    expect(performance.now() - start).toBeLessThan(1300)
  })
})

describe('zip files', () => {
  it('come back as they were written, each entry aligned', () => {
    const entry = fc.record({ name: fc.string({ minLength: 1, maxLength: 70 }), contents: fc.uint8Array() })
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: e => e.name, maxLength: 8 }), entries => {
        const ascii = entries.filter(({ name }) => /^[\x20-\x7e]+$/.test(name))
        const bytes = writeZip(ascii, 64)
        const read = readZip(bytes, 'a.pth')
        expect([...read.keys()]).toEqual(ascii.map(({ name }) => name))
        for (const { name, contents } of ascii) {
          const back = read.get(name)?.read()
          expect(back).toEqual(contents)
          expect((back?.byteOffset ?? 0) % 64).toBe(0)
        }
      }),
    )
  })

  it('of others are read, stored and deflated', () => {
    const contents = new TextEncoder().encode('again '.repeat(1000))

    const read = readZip(zipSync({ a: contents, b: [contents, { level: 0 }] }), 'a.zip')

    expect(read.get('a')?.read()).toEqual(contents)
    expect(read.get('b')?.read()).toEqual(contents)
  })

  it('that claim to unpack into more than deflate can hold are refused before memory is taken', () => {
    const bytes = zipSync({ a: new Uint8Array(1000) })
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const directory = view.getUint32(bytes.length - 6, true)
    view.setUint32(directory + 24, 0xfffffff0, true)

    expect(() => readZip(bytes, 'bomb.zip').get('a')?.read()).toThrow(
      /bomb\.zip is damaged.*lies about its size/,
    )
  })

  it('whose entries all unpack the same bytes, again and again, are refused', () => {
    const one = zipSync({ a: new Uint8Array(2 ** 27) }, { level: 1 })
    const end = one.length - 22
    const directory = one.subarray(new DataView(one.buffer, one.byteOffset).getUint32(end + 16, true), end)
    const named = (name: string) => directory.with(46, name.charCodeAt(0))
    const bytes = Buffer.concat([one.subarray(0, end), named('b'), named('c'), one.subarray(end)])
    bytes.writeUInt16LE(3, bytes.length - 12)
    const bomb = [...readZip(bytes, 'bomb.zip').values()]

    expect(bomb.map(({ name, size }) => [name, size])).toEqual(['a', 'b', 'c'].map(name => [name, 2 ** 27]))
    expect(() => bomb.map(entry => entry.read().length)).toThrow(/bomb\.zip is damaged.*far more/)
  })

  it('whose contents changed are noticed', () => {
    const bytes = zipSync({ a: [new Uint8Array([1, 2, 3, 4]), { level: 0 }] })
    bytes[bytes.indexOf(3, 30)] = 9

    expect(() => readZip(bytes, 'a.zip').get('a')?.read()).toThrow(/changed since it was written/)
  })

  it('with a broken stream are refused', () => {
    const packed = deflateSync(new Uint8Array(1000))
    const bytes = zipSync({ a: new Uint8Array(1000) })
    const at = 31
    bytes.fill(255, at, at + packed.length)

    expect(() => readZip(bytes, 'a.zip').get('a')?.read()).toThrow(/a\.zip is damaged/)
  })
})

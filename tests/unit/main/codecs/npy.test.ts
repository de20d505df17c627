import { fc, test } from '@fast-check/vitest'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../../src/core/tensor/dtype'
import { arrayOf } from '../../../../src/core/tensor/dtype'
import { sizeOf } from '../../../../src/core/tensor/shape'
import { tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes, readNpz, writeNpy } from '../../../../src/main/codecs'
import { readNpy } from '../../../../src/main/codecs/npy'

/** A file by hand: `version` 1 to 3, any header text. */
function npyFile(header: string, data: readonly number[], version = 1): Uint8Array {
  const text = `${header}\n`
  const length =
    version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0]
  return Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...length],
    ...new TextEncoder().encode(text),
    ...data,
  ])
}

const header = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`

describe('the NumPy codec', () => {
  const dtypes = Object.keys(arrayOf).filter(dtype => dtype !== 'bfloat16') as DType[]

  test.prop([
    fc.constantFrom(...dtypes),
    fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }),
    fc.infiniteStream(fc.nat(1)),
  ])('gives back what it wrote, of any type and shape', (dtype, shape, stream) => {
    const bytes = new Uint8Array(sizeOf(shape) * arrayOf[dtype].BYTES_PER_ELEMENT)
    for (let at = 0; at < bytes.length; at++) bytes[at] = Number(stream.next().value)
    const values = tensor(dtype, shape, new arrayOf[dtype](bytes.buffer))

    expect(readNpy(writeNpy(values), 'a.npy')).toEqual(values)
  })

  it.each([1, 2, 3])('reads version %d', version => {
    expect(readNpy(npyFile(header('|u1', '(3,)'), [1, 2, 3], version), 'a.npy')).toEqual(
      tensor('uint8', [3], Uint8Array.of(1, 2, 3)),
    )
  })

  it('turns Fortran order and big-endian values round', () => {
    const bytes = npyFile(header('>i2', '(2, 3)', 'True'), [0, 1, 1, 2, 0, 3, 1, 4, 0, 5, 1, 6])

    expect(readNpy(bytes, 'a.npy')).toEqual(tensor('int16', [2, 3], Int16Array.of(1, 3, 5, 258, 260, 262)))
  })

  it('keeps its own memory when it is given a slice of a pool', () => {
    const pool = Buffer.alloc(500)
    const bytes = writeNpy(tensor('float32', [2], Float32Array.of(1.5, -2)))
    pool.set(bytes, 3)
    const values = readNpy(pool.subarray(3, 3 + bytes.length), 'a.npy')
    pool.fill(255)

    expect([...(values.data as Float32Array)]).toEqual([1.5, -2])
  })

  it.each([
    ['more values than the file holds', header('<f8', '(1000000, 1000000)'), /declares 8000000000000 bytes/],
    ['a size beyond all numbers', header('<f8', '(99999999999999999999, 2)'), /declares the shape/],
    ['a missing entry', `{'descr': '<f8', 'shape': (1,), }`, /header makes no sense/],
    ['a negative size', header('<f8', '(-1,)'), /header makes no sense/],
    ['complex values', header('<c8', '(1,)'), /values of the type <c8, which SliceTune does not read/],
    ['records', `{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }`, /holds records/],
    ['text', header('<U3', '(1,)'), /values of the type <U3/],
    ['objects', header('|O', '(1,)'), /refused because it asks to run code/],
    ['code in its header', header('<f8', '(__import__("os"),)'), /header makes no sense/],
  ])('refuses %s with the name of the file', (_what, text, message) => {
    const read = (): unknown => readNpy(npyFile(text, [0, 0, 0, 0]), 'odd.npy')

    expect(read).toThrow(message)
    expect(read).toThrow(/odd\.npy/)
  })

  it('refuses a header that is longer than the file, and unknown versions', async () => {
    const bytes = npyFile(header('|u1', '(1,)'), [1])

    expect(() => readNpy(bytes.subarray(0, 30), 'a.npy')).toThrow(/ends within its header/)
    await expect(decodeBytes(npyFile(header('|u1', '(1,)'), [1], 9), 'a.npy', 'image')).rejects.toThrow(
      /no NumPy array/,
    )
  })

  it('refuses a broken archive and one that pretends to be small', () => {
    const array = writeNpy(tensor('uint8', [4], Uint8Array.of(1, 2, 3, 4)))
    const archive = zipSync({ 'imgs.npy': array, 'note.txt': Uint8Array.of(1) })

    expect([...readNpz(archive, 'a.npz').keys()]).toEqual(['imgs'])
    expect(() => readNpz(archive.subarray(0, 40), 'a.npz')).toThrow(/a\.npz is damaged/)
    const bomb = Uint8Array.from(archive)
    // The uncompressed size of the first entry in the central directory (offset 24 of its record)
    const directory = Buffer.from(bomb).indexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    new DataView(bomb.buffer).setUint32(directory + 24, 0xffff_fff0, true)
    expect(() => readNpz(bomb, 'a.npz')).toThrow(/a\.npz is damaged: its header declares/)
  })
})

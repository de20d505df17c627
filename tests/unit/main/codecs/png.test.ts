import { crc32, deflateSync } from 'node:zlib'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes, writePng } from '../../../../src/main/codecs'
import { pixelHash, sliceFixture } from '../slice-files'

/** Hashes of the decoded arrays as Pillow and imageio give them. */
const pngSuite = [
  [
    'basi0g16.png',
    'image',
    'uint16',
    [32, 32],
    '9802a57a53e41f9e937827300713635c79523586af3434054e9c24d3a0955b26',
  ],
  [
    'basn2c16.png',
    'image',
    'uint16',
    [32, 32, 3],
    '057654d06147541f93290e5fab17c69a9b165398afcbc1a58120d2bd37fb5f62',
  ],
  [
    'basn4a16.png',
    'image',
    'uint16',
    [32, 32, 2],
    '82e3f5b295438c1a5c9c0d8c6ca5d90008716512fa8ad6dfe6e13eb3a9145b69',
  ],
  [
    'basn3p08.png',
    'labels',
    'uint8',
    [32, 32],
    '13a149ddd561daa99b0033e2f9aa5366c28ff11bbad9e555f8ab6a7f7acd8e02',
  ],
  [
    'basn0g01.png',
    'image',
    'uint8',
    [32, 32],
    'e61c0d2907693264ab8d875e0451880096322f07dc733a0dceaf28e810bdd2d5',
  ],
] as const

/** The file with other chunks between its header and its end. */
function withChunks(source: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([source.subarray(0, 33), ...chunks, source.subarray(-12)])
}

function chunk(type: string, content: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type), content])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  checksum.writeUInt32BE(crc32(typed))
  return Buffer.concat([length, typed, checksum])
}

function chunkOf(source: Uint8Array, type: string): Uint8Array {
  const at = Buffer.from(source).indexOf(type) - 4
  return source.subarray(at, at + 12 + Buffer.from(source).readUInt32BE(at))
}

describe('the PNG codec', () => {
  it.each(pngSuite)('reads %s as %s', async (name, role, dtype, shape, hash) => {
    const { pixels, kind } = await decodeBytes(sliceFixture(name), name, role)

    expect(kind).toBe('picture')
    expect(pixels).toMatchObject({ dtype, shape })
    expect(pixelHash(pixels)).toBe(hash)
  })

  it('reads a palette as colours in an image, as indices in a label map', async () => {
    const bytes = sliceFixture('basn3p08.png')

    expect((await decodeBytes(bytes, 'a.png', 'image')).pixels.shape).toEqual([32, 32, 3])
    expect((await decodeBytes(bytes, 'a.png', 'labels')).pixels.shape).toEqual([32, 32])
  })

  it('reads one-bit labels as 0 and 1', async () => {
    const { pixels } = await decodeBytes(sliceFixture('basn0g01.png'), 'a.png', 'labels')

    expect([...new Set(pixels.data as Uint8Array)].sort()).toEqual([0, 1])
  })

  test.prop([
    fc.constantFrom('uint8', 'uint16'),
    fc.constantFrom(1, 2, 3, 4),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.infiniteStream(fc.nat(65_535)),
  ])('gives back what it wrote', async (dtype, channels, height, width, stream) => {
    const length = height * width * channels
    const shape = channels === 1 ? [height, width] : [height, width, channels]
    const values = Array.from(
      { length },
      () => Number(stream.next().value) % (dtype === 'uint8' ? 256 : 65_536),
    )
    const image =
      dtype === 'uint8'
        ? tensor('uint8', shape, Uint8Array.from(values))
        : tensor('uint16', shape, Uint16Array.from(values))

    expect((await decodeBytes(writePng(image), 'a.png', 'image')).pixels).toEqual(image)
  })

  test.prop([fc.nat(166), fc.integer({ min: 1, max: 255 })])(
    'answers a damaged file with its name, whichever byte is hit',
    async (at, flip) => {
      const bytes = Uint8Array.from(sliceFixture('basn0g01.png'))
      bytes[at % bytes.length]! ^= flip

      let message = 'read in spite of the damage'
      try {
        // A hit in an ignored chunk may leave the picture readable; its size must then be right.
        expect((await decodeBytes(bytes, 'hit.png', 'image')).pixels.data.length).toBe(32 * 32)
      } catch (error) {
        message = error instanceof Error && 'code' in error ? error.message : `no AppError: ${String(error)}`
      }

      expect(message).toMatch(/read in spite|hit\.png/)
    },
  )

  it('refuses a header that declares more than the file can hold, before making room for it', async () => {
    const bytes = Uint8Array.from(sliceFixture('basn2c16.png'))
    new DataView(bytes.buffer).setUint32(16, 0x7fff_ffff)
    new DataView(bytes.buffer).setUint32(20, 0x7fff_ffff)

    await expect(decodeBytes(bytes, 'bomb.png', 'image')).rejects.toThrow(
      /bomb\.png is damaged: its header declares/,
    )
  })

  it('refuses pixels that decompress to far more than the header declares', async () => {
    const pixels = deflateSync(Buffer.alloc(50_000_000))

    const bomb = withChunks(sliceFixture('basn2c16.png'), [chunk('IDAT', pixels)])

    await expect(decodeBytes(bomb, 'bomb.png', 'image')).rejects.toThrow(
      /bomb\.png is damaged: its data is much longer/,
    )
  })

  it('leaves compressed profiles and texts alone', async () => {
    const source = sliceFixture('basn2c16.png')
    const profile = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(200_000_000))])
    const before = process.memoryUsage().rss

    const { pixels } = await decodeBytes(
      withChunks(source, [chunk('iCCP', profile), chunkOf(source, 'IDAT')]),
      'a.png',
      'image',
    )

    expect(pixels).toEqual((await decodeBytes(source, 'a.png', 'image')).pixels)
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })

  it('names a file that is cut or is something else', async () => {
    const bytes = sliceFixture('basn2c16.png')

    await expect(decodeBytes(bytes.subarray(0, 200), 'cut.png', 'image')).rejects.toThrow(
      /cut\.png is damaged/,
    )
    await expect(decodeBytes(bytes.subarray(0, 20), 'cut.png', 'image')).rejects.toThrow(
      /cut\.png is damaged/,
    )
    await expect(decodeBytes(new Uint8Array(0), 'none.png', 'image')).rejects.toThrow(
      /none\.png is damaged: it is empty/,
    )
    await expect(decodeBytes(new TextEncoder().encode('hello'), 'a.png', 'image')).rejects.toThrow(
      /not a png file/,
    )
    await expect(decodeBytes(new TextEncoder().encode('hello'), 'a.xyz', 'image')).rejects.toThrow(
      /not a format/,
    )
  })
})

import type { DecodedPng } from 'fast-png'
import { convertIndexedToRgb, decode, encode } from 'fast-png'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { FileRole } from './codec'
import { defineCodec } from './codec'
import { essentialPng, guardPixelData } from './png-chunks'
import { guardDecodedSize } from './size-guard'

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export const png = defineCodec({
  id: 'png',
  extensions: ['.png'],
  sniff: bytes => signature.every((byte, index) => bytes[index] === byte),
  read: (bytes, file, role) => {
    guardPixelData(bytes, file, guardHeader(bytes, file))
    const picture = decodeOrRefuse(essentialPng(bytes, file), file)
    const { width, height, channels, depth } = picture
    const elements = height * (depth < 8 ? Math.ceil((width * depth) / 8) : width * channels)
    if (picture.data.length !== elements) {
      throw new AppError('CORRUPT_FILE', { file, reason: 'its data does not fill its declared size' })
    }
    return { pixels: withTransparency(pixelsOf(picture, role), picture), kind: 'picture' }
  },
})

/**
 * @param image - uint8 or uint16, [height, width] or [height, width, 1 to 4] (grey, grey + alpha, RGB, RGBA)
 * @throws RangeError for another shape
 */
export function writePng(image: Tensor<'uint8'> | Tensor<'uint16'>): Uint8Array {
  const [height, width, channels = 1] = image.shape
  if (height === undefined || width === undefined || image.shape.length > 3 || channels < 1 || channels > 4) {
    throw new RangeError(`[${image.shape.join(', ')}] is not the shape of a picture`)
  }
  return encode({ width, height, channels, depth: image.dtype === 'uint8' ? 8 : 16, data: image.data })
}

/**
 * Refuses a size that the file cannot hold, and the one variant that the decoder gets wrong.
 *
 * @returns bytes of samples that the header declares
 */
function guardHeader(bytes: Uint8Array, file: string): number {
  if (bytes.length < 33) throw new AppError('CORRUPT_FILE', { file, reason: 'it ends within its header' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[view.getUint8(25)]
  if (channels === undefined || width === 0 || height === 0) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its header makes no sense' })
  }
  const depth = view.getUint8(24)
  if (depth < 8 && view.getUint8(28) !== 0) {
    throw new AppError('FILE_UNREADABLE', { file, reason: `it is interlaced with ${depth} bits a pixel` })
  }
  const declared = height * Math.ceil((width * channels * depth) / 8)
  guardDecodedSize(file, declared, bytes.length, true)
  return declared
}

function decodeOrRefuse(bytes: Uint8Array, file: string): DecodedPng {
  try {
    return decode(bytes, { checkCrc: true })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'its data is broken'
    throw new AppError('CORRUPT_FILE', { file, reason }, { cause })
  }
}

function pixelsOf(picture: DecodedPng, role: FileRole): Tensor {
  const { width, height, depth, channels, palette } = picture
  if (palette && role === 'image') {
    const colours = convertIndexedToRgb(picture)
    return tensor('uint8', [height, width, colours.length / (width * height)], colours)
  }
  const shape = channels === 1 ? [height, width] : [height, width, channels]
  if (depth === 16) return tensor('uint16', shape, Uint16Array.from(picture.data))
  if (depth === 8) return tensor('uint8', shape, Uint8Array.from(picture.data))
  const brightest = 2 ** depth - 1
  if (depth === 1 && role === 'stored') return tensor('bool', shape, unpack(picture, 1))
  return tensor('uint8', shape, unpack(picture, role === 'image' ? 255 / brightest : 1))
}

/** One colour may be declared transparent (tRNS): that is an alpha channel. */
function withTransparency(pixels: Tensor, { transparency, channels, depth }: DecodedPng): Tensor {
  const [height = 0, width = 0] = pixels.shape
  if (transparency === undefined || channels !== 3) return pixels
  const opaque = 2 ** depth - 1
  const data = depth === 16 ? new Uint16Array(width * height * 4) : new Uint8Array(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = [0, 1, 2].map(channel => Number(pixels.data[pixel * 3 + channel]))
    const isClear = colour.every((value, channel) => value === transparency[channel])
    data.set([...colour, isClear ? 0 : opaque], pixel * 4)
  }
  return tensor(pixels.dtype, [height, width, 4], data)
}

/** Samples of 1, 2 or 4 bits, packed high bits first, each row starting on a byte. */
function unpack(picture: DecodedPng, factor: number): Uint8Array {
  const { width, height, depth, data } = picture
  const rowBytes = Math.ceil((width * depth) / 8)
  const mask = 2 ** depth - 1
  const values = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth
      const byte = data[y * rowBytes + (bit >> 3)] ?? 0
      values[y * width + x] = ((byte >> (8 - depth - (bit & 7))) & mask) * factor
    }
  }
  return values
}

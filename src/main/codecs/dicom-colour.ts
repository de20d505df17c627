import type { DataSet } from 'dicom-parser'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { corrupt } from './dicom-image'

interface Planes {
  readonly frames: number
  readonly samples: number
  /** Bytes of a value */
  readonly width: number
}

/** All red, then all green, then all blue becomes red, green, blue of each pixel. */
export function interleaved(bytes: Uint8Array, { frames, samples, width }: Planes): Uint8Array {
  const result = new Uint8Array(bytes.length)
  const pixels = bytes.length / (frames * samples * width)
  let from = 0
  for (let frame = 0; frame < frames; frame++) {
    for (let sample = 0; sample < samples; sample++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const to = ((frame * pixels + pixel) * samples + sample) * width
        // Both arrays have the same length, and `from` counts through it once.
        for (let byte = 0; byte < width; byte++) result[to + byte] = bytes[from++]!
      }
    }
  }
  return result
}

/** Two pixels share their colour (PS3.3 C.7.6.3.1.2): Y Y Cb Cr becomes Y Cb Cr Y Cb Cr. */
export function expand422(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array((bytes.length / 4) * 6)
  let to = 0
  for (let at = 0; at + 3 < bytes.length; at += 4) {
    const [first = 0, second = 0, blue = 0, red = 0] = bytes.subarray(at, at + 4)
    result.set([first, blue, red, second, blue, red], to)
    to += 6
  }
  return result
}

/** PS3.3 C.7.6.3.1.2, rounded to the nearest; values of 8 or 16 bits, samples together. */
export function rgbOfYbr(values: Tensor): Tensor {
  const data = values.data.slice() as Uint8Array | Uint16Array
  const top = data instanceof Uint8Array ? 255 : 65_535
  const middle = (top + 1) / 2
  const clipped = (value: number): number => Math.min(top, Math.max(0, Math.floor(value + 0.5)))
  for (let at = 0; at + 2 < data.length; at += 3) {
    // The three samples of a pixel lie inside the array.
    const [luma, blue, red] = [data[at]!, data[at + 1]! - middle, data[at + 2]! - middle]
    data[at] = clipped(luma + 1.402 * red)
    data[at + 1] = clipped(luma - ((0.114 * 1.772) / 0.587) * blue - ((0.299 * 1.402) / 0.587) * red)
    data[at + 2] = clipped(luma + 1.772 * blue)
  }
  return tensor(values.dtype, values.shape, data)
}

const channels = ['1', '2', '3'] as const

/**
 * Colours for the indices of a PALETTE COLOR image (PS3.3 C.7.6.3.1.5), 8 bits each.
 *
 * @throws AppError CORRUPT_FILE
 */
export function paletteColours(data: DataSet, indices: Tensor, file: string): Tensor<'uint8'> {
  const tables = channels.map(channel => {
    const [entries, first, bits] = [0, 1, 2].map(index => data.uint16(`x0028110${channel}`, index))
    const element = data.elements[`x0028120${channel}`]
    if (!element || entries === undefined || bits === undefined) throw corrupt(file, 'its palette is missing')
    const count = entries === 0 ? 65_536 : entries
    const wide = element.length >= count * 2
    if (element.length < count) throw corrupt(file, 'its palette ends too early')
    const at = (index: number): number =>
      wide
        ? (data.uint16(`x0028120${channel}`, index) ?? 0) >> (bits > 8 ? 8 : 0)
        : (data.byteArray[element.dataOffset + index] ?? 0)
    return { first: first ?? 0, colours: Uint8Array.from({ length: count }, (_, index) => at(index)) }
  })
  const colours = new Uint8Array(indices.data.length * 3)
  for (let pixel = 0; pixel < indices.data.length; pixel++) {
    for (const [channel, { first, colours: table }] of tables.entries()) {
      // What lies beyond the ends of the table has the colour of its end.
      const index = Math.min(table.length - 1, Math.max(0, Number(indices.data[pixel]) - first))
      colours[pixel * 3 + channel] = table[index] ?? 0
    }
  }
  return tensor('uint8', [...indices.shape, 3], colours)
}

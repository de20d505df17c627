import type { GeoTIFFImage } from 'geotiff'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { FileRole } from './codec'
import { rgbOfYbr } from './dicom-colour'

/** Numbers of TIFF 6.0 */
const photometrics = { whiteIsZero: 0, palette: 3, mask: 4, separated: 5, yCbCr: 6, highest: 6 }
const [compressionTag, photometricTag, colourMapTag, sampleFormatTag] = [259, 262, 320, 339]

const mostSamples = 65_536

/** How many bytes one stored byte may stand for, by compression; others: JPEG and its like */
const expansions: Readonly<Record<number, number>> = { 1: 1, 5: 1400, 8: 1032, 32946: 1032, 32773: 64 }

export interface TiffPage {
  readonly image: GeoTIFFImage
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly isPlanar: boolean
  /** One bit a value */
  readonly isBit: boolean
  readonly photometric: number
  /** Pages with the same one can be stacked. */
  readonly key: string
  /** Of its values in memory */
  readonly bytes: number
  readonly mostPerByte: number
}

/** @throws AppError CORRUPT_FILE, FILE_UNREADABLE */
export function describePage(image: GeoTIFFImage, file: string): TiffPage {
  const fields = fieldsOf(image)
  const [rows, columns, samples] = [image.getHeight(), image.getWidth(), image.getSamplesPerPixel()]
  const bits = image.getBitsPerSample(0)
  const photometric = Number(fields.get(photometricTag) ?? 1)
  repeatFormat(fields, samples)
  refuseNonsense({ rows, columns, samples, bits }, file)
  if (photometric === photometrics.separated || photometric > photometrics.highest) {
    const reason = `its colours are of the TIFF kind ${photometric}, which SliceTune does not read`
    throw new AppError('FILE_UNREADABLE', { file, reason })
  }
  const expansion = expansions[Number(fields.get(compressionTag) ?? 1)] ?? 4096
  const format = image.getSampleFormat(0)
  const wholeBits = 8 * Math.ceil(bits / 8)
  return {
    ...{ image, rows, columns, samples, photometric },
    isPlanar: image.planarConfiguration === 2,
    isBit: bits === 1,
    key: [rows, columns, samples, bits, format, photometric, image.planarConfiguration].join(),
    bytes: (rows * columns * samples * wholeBits) / 8,
    mostPerByte: expansion * Math.ceil(wholeBits / bits),
  }
}

/** Some writers give the one format that all samples have. */
function repeatFormat(fields: Map<number, unknown>, samples: number): void {
  const formats = fields.get(sampleFormatTag)
  if (formats instanceof Uint16Array && formats.length === 1 && samples > 1 && samples < mostSamples)
    fields.set(sampleFormatTag, new Uint16Array(samples).fill(formats[0] ?? 1))
}

function refuseNonsense(
  sizes: Readonly<Record<'rows' | 'columns' | 'samples' | 'bits', number>>,
  file: string,
): void {
  const { rows, columns, samples, bits } = sizes
  if (Object.values(sizes).every(size => size > 0) && samples < mostSamples && bits <= 64) return
  const reason = `a page declares ${rows} x ${columns} pixels of ${samples} values of ${bits} bits`
  throw new AppError('CORRUPT_FILE', { file, reason })
}

/** Where the library keeps what it has read of a directory. */
function fieldsOf(image: GeoTIFFImage): Map<number, unknown> {
  return (image.fileDirectory as unknown as { actualizedFields: Map<number, unknown> }).actualizedFields
}

/** Palettes and white-is-zero are undone in an image, and left alone in labels and stored values; YCbCr becomes RGB. */
export function shownPage(page: TiffPage, values: Tensor, role: FileRole): Tensor {
  const { photometric, samples, isBit, image } = page
  if (photometric === photometrics.yCbCr && samples === 3) return rgbOfYbr(values)
  if (role !== 'image') return values
  if (photometric === photometrics.palette) return coloured(values, fieldsOf(image).get(colourMapTag))
  const isMirrored = photometric === photometrics.whiteIsZero
  if (isBit)
    return tensor(
      'uint8',
      values.shape,
      Uint8Array.from(values.data as Uint8Array, bit => ((bit === 1) === isMirrored ? 0 : 255)),
    )
  if (!isMirrored || values.dtype.startsWith('float')) return values
  const top = values.dtype.startsWith('int') ? -1 : 2 ** image.getBitsPerSample(0) - 1
  const data = values.data.slice()
  // index < length; TIFF has no integers of 64 bits that geotiff reads
  for (let index = 0; index < data.length; index++) data[index] = top - (data[index] as number)
  return tensor(values.dtype, values.shape, data)
}

/** The colour map has all reds, all greens, all blues, 16 bits each. */
function coloured(values: Tensor, map: unknown): Tensor {
  if (!(map instanceof Uint16Array)) return values
  const size = map.length / 3
  const colours = new Uint8Array(values.data.length * 3)
  for (let pixel = 0; pixel < values.data.length; pixel++) {
    // pixel < length; an index beyond the map is black
    const index = Number(values.data[pixel]!)
    for (let channel = 0; channel < 3; channel++)
      colours[pixel * 3 + channel] = (map[channel * size + index] ?? 0) >> 8
  }
  return tensor('uint8', [...values.shape, 3], colours)
}

import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { arrayOf, bytesPerElement } from '../../core/tensor/dtype'
import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { directionsOf } from './affine'
import type { CodecResult, FileRole } from './codec'
import { defineCodec } from './codec'
import { firstVolume } from './first-volume'
import { readBytes } from './file-bytes'
import type { NrrdHeader } from './nrrd-header'
import { isNrrd, readNrrdHeader } from './nrrd-header'
import { guardDecodedSize } from './size-guard'
import { typedValues } from './typed-values'

export const nrrd = defineCodec({
  id: 'nrrd',
  extensions: ['.nrrd', '.nhdr'],
  sniff: isNrrd,
  read: async (bytes, file, role): Promise<CodecResult> => {
    const header = readNrrdHeader(bytes, file)
    const { sizes, affine, spacingMm } = header
    const all = valuesOf(await storedBytes(bytes, header, file), header, file)
    return {
      ...shaped(all, header, role, file),
      ...{ affine, isReversed: true, storedShape: sizes, directions: affine && directionsOf(affine) },
      spacingMm: spacingMm && [...spacingMm].reverse(),
    }
  },
})

/** What comes after the header, or is the file that it names: one beside it, wherever it claims to be. */
async function storedBytes(bytes: Uint8Array, header: NrrdHeader, file: string): Promise<Uint8Array> {
  const { dataFile, lineSkip, byteSkip } = header
  let data =
    dataFile === null
      ? bytes.subarray(header.end)
      : await readBytes(join(dirname(file), basename(dataFile.replaceAll('\\', '/'))))
  for (let line = 0; line < lineSkip; line++) {
    const end = data.indexOf(10)
    if (end < 0) throw tooShort(file)
    data = data.subarray(end + 1)
  }
  return byteSkip > 0 && header.encoding === 'raw' ? data.subarray(byteSkip) : data
}

function valuesOf(data: Uint8Array, header: NrrdHeader, file: string): Tensor {
  const { sizes, dtype, encoding, littleEndian, byteSkip } = header
  const shape = [...sizes].reverse()
  const length = sizeOf(shape) * bytesPerElement(dtype)
  if (encoding === 'ascii') return textValues(data, header, file)
  guardDecodedSize(file, length, data.length, encoding === 'gzip')
  const raw = encoding === 'gzip' ? inflated(data, Math.max(0, byteSkip) + length, file) : data
  const skipped = encoding === 'gzip' && byteSkip > 0 ? raw.subarray(byteSkip) : raw
  const values = byteSkip === -1 ? skipped.subarray(Math.max(0, skipped.length - length)) : skipped
  if (values.length < length) throw tooShort(file)
  return typedValues(values, dtype, shape, littleEndian)
}

function inflated(data: Uint8Array, length: number, file: string): Uint8Array {
  try {
    return gunzipSync(data, { maxOutputLength: length + 2 ** 20 })
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its compressed data is broken' }, { cause })
  }
}

function textValues(data: Uint8Array, { sizes, dtype }: NrrdHeader, file: string): Tensor {
  const shape = [...sizes].reverse()
  // A number and what parts it from the next take two bytes at least.
  guardDecodedSize(file, sizeOf(shape), data.length, false)
  const numbers = Buffer.from(data)
    .toString('latin1')
    .trim()
    .split(/[\s,]+/)
    .map(Number)
  if (numbers.length < sizeOf(shape)) throw tooShort(file)
  if (numbers.some(Number.isNaN))
    throw new AppError('CORRUPT_FILE', { file, reason: 'it holds what is no number' })
  const values = new arrayOf[dtype](sizeOf(shape))
  for (let index = 0; index < values.length; index++) {
    // index < length of both
    values[index] =
      values instanceof BigInt64Array || values instanceof BigUint64Array
        ? BigInt(numbers[index]!)
        : numbers[index]!
  }
  return tensor(dtype, shape, values)
}

/** Axes of space, and colours behind them; several volumes are said. */
function shaped(
  all: Tensor,
  { sizes, valueAxes }: NrrdHeader,
  role: FileRole,
  file: string,
): Pick<CodecResult, 'pixels' | 'kind' | 'warnings'> {
  const space = sizes.length - valueAxes
  const kind = space > 2 ? 'volume' : 'picture'
  if (role === 'stored' || (valueAxes === 1 && space <= 3 && (sizes[0] ?? 0) <= 4))
    return { pixels: all, kind }
  if (valueAxes === 1) {
    const reason = `it has ${sizes[0]} values a voxel, which SliceTune does not read`
    throw new AppError('FILE_UNREADABLE', { file, reason })
  }
  return { kind, ...firstVolume(all, role) }
}

const tooShort = (file: string): AppError =>
  new AppError('CORRUPT_FILE', { file, reason: 'its data ends too early' })

import { stat } from 'node:fs/promises'
import { numbersOf, pictureSize } from '../../core/imaging/picture'
import type { DataOf } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { SampleType } from '../../shared/domain/slice'
import type { WindowLevel } from '../../shared/domain/window-level'
import type { FileCache, PixelSpacing } from '../datasets'
import { createFileCache, loadImage } from '../datasets'
import { systemCode } from '../files/write-atomically'
import type { SliceSource } from '../inference/inference'
import type { ValueRange } from './auto-window'
import { windowOf } from './auto-window'

/** The values of a slice as the doors hand them out: true values, row-major, channels last, alpha dropped. */
export interface SlicePixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly sampleType: SampleType
  readonly values: DataOf[SampleType]
  readonly spacingMm: PixelSpacing | null
  /** What the file says it should be looked at with */
  readonly fileWindow: WindowLevel | null
}

/** What is said about pixels without handing them out. */
export interface PixelFacts extends Omit<SlicePixels, 'values'>, ValueRange {}

/** Reads slices of projects, and keeps the last files and what was found out about them. */
export interface PixelReader {
  /** @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE, CORRUPT_FILE, UNKNOWN_FORMAT, UNUSABLE_SLICE */
  pixels(source: SliceSource): Promise<SlicePixels>
  /** @throws as `pixels` */
  facts(source: SliceSource): Promise<PixelFacts>
}

const mostFacts = 20_000

export function createPixelReader(): PixelReader {
  const known = new Map<string, PixelFacts>()
  let files: FileCache = createFileCache()
  const renew = (): void => {
    files.close?.()
    files = createFileCache()
  }
  const pixels = async (source: SliceSource): Promise<SlicePixels> => {
    try {
      const { imageFile, sliceIndex, axis } = source
      // The cache goes by names: a file that was replaced is read anew under the stamp that it has now.
      const place = { imageFile, sliceIndex, axis, spacingMm: null }
      const { image, spacingMm, window } = await loadImage(place, files)
      return { ...sampled(image), spacingMm, fileWindow: window }
    } catch (error) {
      // It also remembers failures, which a person may mend while the project is open.
      renew()
      throw error
    }
  }
  const stamps = new Map<string, string>()
  const checked = async (source: SliceSource): Promise<string> => {
    const stamp = await stampOf(source.imageFile)
    if ((stamps.get(source.imageFile) ?? stamp) !== stamp) renew()
    stamps.set(source.imageFile, stamp)
    return `${source.imageFile} ${stamp} ${source.axis ?? '-'} ${source.sliceIndex ?? '-'}`
  }
  return {
    pixels: async source => {
      await checked(source)
      return pixels(source)
    },
    facts: async source => {
      const key = await checked(source)
      const kept = known.get(key)
      if (kept) return kept
      const { values, ...rest } = await pixels(source)
      const facts = { ...rest, ...windowOf(values) }
      if (known.size >= mostFacts) known.clear()
      known.set(key, facts)
      return facts
    },
  }
}

async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(file)
    return `${size}-${mtimeMs}`
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('FILE_NOT_FOUND', { file }, { cause })
    throw new AppError('FILE_UNREADABLE', { file, reason: code ?? 'unknown' }, { cause })
  }
}

type Sampled = Omit<SlicePixels, 'spacingMm' | 'fileWindow'>

/** Types that pages have no array for become the smallest one that holds them; alpha is dropped. */
function sampled(image: Tensor): Sampled {
  const { width, height, channels } = pictureSize(image)
  const { sampleType, values } = pageValues(image)
  const kept = channels <= 2 ? 1 : 3
  return { width, height, channels: kept, sampleType, values: firstChannels(values, channels, kept) }
}

function pageValues({ dtype, shape, data }: Tensor): Pick<Sampled, 'sampleType' | 'values'> {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return { sampleType: 'float64', values: Float64Array.from(data, Number) }
  }
  if (dtype === 'float16' || dtype === 'bfloat16') {
    return { sampleType: 'float32', values: Float32Array.from(numbersOf({ dtype, shape, data })) }
  }
  if (dtype === 'bool') return { sampleType: 'uint8', values: data }
  // What is left has an array type of the same name.
  return { sampleType: dtype as SampleType, values: data }
}

function firstChannels<T extends DataOf[SampleType]>(values: T, channels: number, kept: number): T {
  if (channels === kept) return values
  const pixels = values.length / channels
  // slice() of a typed array has the type of the array.
  const result = values.slice(0, pixels * kept) as T
  for (let pixel = 0; pixel < pixels; pixel++) {
    // Both indices lie inside their arrays: pixel < pixels and channel < kept < channels.
    for (let channel = 0; channel < kept; channel++)
      result[pixel * kept + channel] = values[pixel * channels + channel]!
  }
  return result
}

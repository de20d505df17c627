import { labelValues } from '../../core/imaging/labels'
import { numbersOf, pictureSize } from '../../core/imaging/picture'
import type { Shape } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { WindowLevel } from '../../shared/domain/window-level'
import { AppError } from '../../shared/errors'
import type { DecodedFile, FileRole } from '../codecs'
import type { FileCache } from './file-cache'
import { createFileCache } from './file-cache'
import type { LargePlanes } from './large-planes'
import { planeCount, planeOf, planeSpacing } from './plane'
import type { LoadedSlice, PixelSpacing, SliceRecord } from './records'

const onlyBackground = 'it holds no label, only background'

/** Whether a slice could not be used because somebody has looked and there is nothing in it. */
export const isNothingHere = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'UNUSABLE_SLICE' && reasonOf(error) === onlyBackground

const reasonOf = ({ data }: { readonly data: unknown }): unknown =>
  typeof data === 'object' && data !== null && 'reason' in data ? data.reason : null

/**
 * Opens a slice and its labels and makes sure that they can be used.
 *
 * @param files - shared between calls, it decodes a volume once for all its planes
 * @throws AppError UNUSABLE_SLICE (NaN, wrong shape, no label), CORRUPT_FILE and what else reading a file can meet
 */
export async function loadSlice(
  record: SliceRecord,
  files: FileCache = createFileCache(),
): Promise<LoadedSlice> {
  const { image, spacingMm } = await loadImage(record, files)
  const { labels, labelValues } = await loadLabels(record, files)
  const [size, maskSize] = [pictureSize(image), pictureSize(labels)]
  if (size.height !== maskSize.height || size.width !== maskSize.width) {
    const sizes = `${maskSize.height} x ${maskSize.width}, its image ${size.height} x ${size.width}`
    throw unusable(record.maskFile, `it measures ${sizes} pixels`)
  }
  if (labelValues.length === 0) {
    throw unusable(record.maskFile, onlyBackground, record.sliceIndex)
  }
  return { image, labels, spacingMm, labelValues }
}

/**
 * The labels of a slice, which may be none.
 *
 * @throws as `loadSlice`, but for a missing label
 */
export async function loadLabels(
  record: Pick<SliceRecord, 'maskFile' | 'sliceIndex' | 'axis' | 'spacingMm'>,
  files: FileCache = createFileCache(),
): Promise<Pick<LoadedSlice, 'labels' | 'labelValues'>> {
  const { part } = await partOf(files, record, { file: record.maskFile, role: 'labels' })
  const labels = wholeLabels(part, { file: record.maskFile, plane: record.sliceIndex })
  return { labels, labelValues: labelValues(labels.data) }
}

export type LoadedImage = Pick<LoadedSlice, 'image' | 'spacingMm'> & {
  /** The first that the file proposes, in true values */
  readonly window: WindowLevel | null
}

/**
 * A picture to segment, without labels: `predict` and `embed` read it.
 *
 * @throws as `loadSlice`
 */
export async function loadImage(
  record: Pick<SliceRecord, 'imageFile' | 'sliceIndex' | 'axis' | 'spacingMm'>,
  files: FileCache = createFileCache(),
): Promise<LoadedImage> {
  const { file, part: image } = await partOf(files, record, { file: record.imageFile, role: 'image' })
  checkImage(image, { file: record.imageFile, plane: record.sliceIndex })
  return { image, spacingMm: spacingOf(file, record), window: file.windows[0] ?? null }
}

type Cut = Pick<SliceRecord, 'sliceIndex' | 'axis' | 'spacingMm'>

interface Wanted {
  readonly file: string
  readonly role: FileRole
}

/** A picture or a plane as true values, and what its file says. */
async function partOf(
  files: FileCache,
  cut: Cut,
  { file: name, role }: Wanted,
): Promise<{ readonly file: Omit<DecodedFile, 'pixels'>; readonly part: Tensor }> {
  const large = (await files.large?.(name, role)) ?? null
  if (large) return { file: large.about, part: await largePart(large, cut, name) }
  const file = await files.read(name, role)
  return { file, part: picturePart(file, cut, name) }
}

async function largePart(large: LargePlanes, { sliceIndex, axis }: Cut, name: string): Promise<Tensor> {
  const plane = planeIn(large.about.shape, { sliceIndex, axis }, name)
  return scaled(await large.plane(axis ?? 2, plane), large.about)
}

/** The picture, or the plane of a volume, as true values. */
function picturePart(file: DecodedFile, { sliceIndex, axis }: Cut, name: string): Tensor {
  if (file.kind === 'picture') {
    if (sliceIndex !== null) throw unusable(name, 'it is a picture where a volume is needed')
    return scaled(file.pixels, file)
  }
  if (!isVolumeShape(file.pixels.shape)) {
    throw unusable(name, `it has ${file.pixels.shape.length} dimensions; only volumes of three are read`)
  }
  const plane = planeIn(file.pixels.shape, { sliceIndex, axis }, name)
  return scaled(planeOf(file.pixels, axis ?? 2, plane), file)
}

function planeIn(shape: Shape, { sliceIndex, axis }: Pick<Cut, 'sliceIndex' | 'axis'>, name: string): number {
  const plane = sliceIndex ?? 0
  const count = planeCount(shape, axis ?? 2)
  if (sliceIndex === null && count > 1) throw unusable(name, 'it is a volume where a picture is needed')
  if (plane >= count) throw unusable(name, `it has ${count} planes, fewer than its image`)
  return plane
}

/** [z, y, x] or [z, y, x, 1 to 4 channels] */
const isVolumeShape = (shape: readonly number[]): boolean =>
  shape.length === 3 || (shape.length === 4 && (shape[3] ?? 0) <= 4)

function scaled(pixels: Tensor, { scale }: Pick<DecodedFile, 'scale'>): Tensor {
  if (!scale) return pixels
  const values = numbersOf(pixels).map(value => value * scale.slope + scale.intercept)
  return tensor('float64', pixels.shape, values)
}

interface Place {
  readonly file: string
  readonly plane: number | null
}

function checkImage(image: Tensor, { file, plane }: Place): void {
  if (!hasPictureShape(image)) {
    throw unusable(file, `its shape is [${image.shape.join(', ')}], not that of a grey or colour picture`)
  }
  if (!image.dtype.includes('float')) return
  if (!numbersOf(image).every(Number.isFinite)) {
    throw unusable(file, 'it holds values that are not numbers (NaN or infinite)', plane)
  }
}

/** [height, width] or [height, width, 1 to 4], none of them 0. */
function hasPictureShape({ shape }: Tensor): boolean {
  const [height = 0, width = 0, channels = 1] = shape
  const flat = shape.length === 2 || shape.length === 3
  return flat && height > 0 && width > 0 && channels > 0 && channels <= 4
}

/** Labels as int32, so that no value wraps before one is picked; grey colour pictures count as grey. */
function wholeLabels(mask: Tensor, { file, plane }: Place): Tensor<'int32'> {
  if (!hasPictureShape(mask)) {
    throw unusable(file, `its shape is [${mask.shape.join(', ')}], not that of a label map`)
  }
  const { height, width, channels } = pictureSize(mask)
  const values = numbersOf(mask)
  const labels = new Int32Array(height * width)
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const value = values[pixel * channels] ?? NaN
    const whole = Math.round(value)
    // Scaled label volumes carry rounding noise; anything else is no label map.
    if (!(Math.abs(value - whole) < 1e-3) || Math.abs(whole) > 0x7fffffff) {
      throw unusable(file, `it holds ${value}, which is no label (labels are whole numbers)`, plane)
    }
    if (!isGrey(values, pixel * channels, channels)) {
      throw unusable(file, 'it is a colour picture; save the labels as a grey or palette picture', plane)
    }
    labels[pixel] = whole
  }
  return tensor('int32', [height, width], labels)
}

/** Whether red, green and blue agree; an alpha channel says nothing about labels. */
function isGrey(values: Float64Array, at: number, channels: number): boolean {
  return channels < 3 || (values[at] === values[at + 1] && values[at] === values[at + 2])
}

function spacingOf(file: Omit<DecodedFile, 'pixels'>, { axis, spacingMm }: Cut): PixelSpacing | null {
  if (spacingMm || file.kind === 'volume') return spacingMm ?? planeSpacing(file, axis ?? 2)
  const [y, x] = file.spacingMm ?? []
  return y === undefined || x === undefined ? null : { y, x }
}

/** @param plane - the one plane of a volume that this is about; null for the whole file */
function unusable(file: string, reason: string, plane: number | null = null): AppError<'UNUSABLE_SLICE'> {
  return new AppError('UNUSABLE_SLICE', { file, reason, ...(plane === null ? {} : { plane }) })
}

import { maskOfLabel } from '../../core/imaging/labels'
import { pictureSize } from '../../core/imaging/picture'
import { AppError, isAppError } from '../../shared/errors'
import { encodeRuns } from '../../shared/masks/rle'
import type { AboutFile } from '../codecs'
import { openLargeVolume, readImageFile } from '../codecs'
import type { FileCache, PixelSpacing, SliceAxis } from '../datasets'
import { largePlanes, loadImage, loadLabels, planeCount, planeSpacing } from '../datasets'
import { layVolume } from '../label-imports/lay-volume'
import type { OpenedImage } from './import-source'

/** Volumes are cut along z of their file, as their slices were taken. */
export const volumeAxis: SliceAxis = 2

export interface SlicesPlan {
  readonly file: string
  /** Its label map, whose masks come in as accepted annotations */
  readonly maskFile: string | null
  /** Of a table beside it; a volume knows its own */
  readonly spacingMm: PixelSpacing | null
}

/** What is stored of a slice: its pixels stay where they are. */
export interface SliceToAdd {
  readonly name: string
  readonly plane: number | null
  readonly width: number
  readonly height: number
  readonly isColour: boolean
  readonly spacingMm: PixelSpacing | null
  /** Values of its label map, and their pixels as run lengths */
  readonly objects: readonly { readonly value: number; readonly runs: number[] }[]
}

interface Files extends OpenedImage {
  /** Of the whole */
  readonly name: string
  readonly mask: FileCache | null
}

/**
 * Planes with values that are no numbers are left out; a file without any other is refused. Of a large volume each plane is
 * held only while it is looked at.
 *
 * @throws AppError UNUSABLE_SLICE and what reading a plane can meet
 */
export async function readSlices(plan: SlicesPlan, name: string, image: OpenedImage): Promise<SliceToAdd[]> {
  const mask = plan.maskFile === null ? null : await openMask(plan.maskFile, image.about, name)
  const files = { name, mask, ...image }
  const { kind, shape } = image.about
  if (kind === 'picture') return [await readSlice(plan, null, files)]
  const planes = shape.length <= 4 ? planeCount(shape, volumeAxis) : 1
  const slices: SliceToAdd[] = []
  let refusal: unknown = null
  for (let plane = 0; plane < planes; plane++) {
    try {
      slices.push(await readSlice(plan, plane, files))
    } catch (error) {
      if (!isAppError(error) || error.code !== 'UNUSABLE_SLICE') throw error
      refusal ??= error
    }
  }
  mask?.close?.()
  if (slices.length === 0) throw refusal
  return slices
}

/** A label volume in the order of its image's voxels, where both say where they lie. */
async function openMask(file: string, image: AboutFile, name: string): Promise<FileCache> {
  const large = await openLargeVolume(file, 'labels')
  if (large && isInPlace(large.about, image)) {
    const planes = largePlanes(large)
    return {
      read: () => readImageFile(file, 'labels'),
      large: () => Promise.resolve(planes),
      close: () => large.close(),
    }
  }
  large?.close()
  const decoded = await readImageFile(file, 'labels')
  const areBothPlaced = decoded.hasPlace && image.hasPlace && image.shape.length === 3
  const [depth = 1, height = 1, width = 1] = image.shape
  const grid = { sizes: [width, height, depth] as const, affine: image.affine }
  const { labels } =
    areBothPlaced && decoded.kind === 'volume' ? layVolume(file, decoded, grid, name) : { labels: decoded }
  return { read: () => Promise.resolve(labels) }
}

/** Whether its voxels are those of the image as they stand. */
const isInPlace = (mask: AboutFile, image: AboutFile): boolean =>
  !mask.hasPlace || !image.hasPlace || JSON.stringify(mask.affine) === JSON.stringify(image.affine)

async function readSlice(
  plan: SlicesPlan,
  plane: number | null,
  { name, about, files, mask }: Files,
): Promise<SliceToAdd> {
  const cut = { sliceIndex: plane, axis: plane === null ? null : volumeAxis, spacingMm: plan.spacingMm }
  const size = isSound(about)
    ? plainSize(about, plan.spacingMm)
    : await loadImage({ imageFile: plan.file, ...cut }, files).then(({ image, spacingMm }) => ({
        ...pictureSize(image),
        spacingMm,
      }))
  const { width, height, channels, spacingMm } = size
  const labels =
    mask === null || plan.maskFile === null
      ? null
      : await loadLabels({ maskFile: plan.maskFile, ...cut }, mask)
  if (labels) refuseOtherSize(plan, labels.labels.shape, { width, height })
  return {
    ...{ name: plane === null ? name : `${name}-${String(plane).padStart(3, '0')}`, plane, width, height },
    ...{ isColour: channels > 2, spacingMm },
    objects: (labels?.labelValues ?? []).map(value => ({
      value,
      runs: encodeRuns(maskOfLabel(labels?.labels.data ?? [], value)),
    })),
  }
}

/** Whole numbers in three axes: no value can be anything but a number. */
const isSound = ({ kind, dtype, shape }: AboutFile): boolean =>
  kind === 'volume' && shape.length === 3 && !dtype.includes('float') && shape.every(size => size > 0)

function plainSize(about: AboutFile, spacingMm: PixelSpacing | null) {
  const [, height = 0, width = 0] = about.shape
  return { width, height, channels: 1, spacingMm: spacingMm ?? planeSpacing(about, volumeAxis) }
}

function refuseOtherSize(
  { maskFile, file }: Pick<SlicesPlan, 'file' | 'maskFile'>,
  [maskHeight, maskWidth]: readonly number[],
  { width, height }: { readonly width: number; readonly height: number },
): void {
  if (maskHeight === height && maskWidth === width) return
  const reason = `it measures ${maskHeight} x ${maskWidth}, its image ${height} x ${width} pixels`
  throw new AppError('UNUSABLE_SLICE', { file: maskFile ?? file, reason })
}

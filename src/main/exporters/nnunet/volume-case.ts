import { numbersOf } from '../../../core/imaging/picture'
import type { Tensor } from '../../../core/tensor/tensor'
import { tensor } from '../../../core/tensor/tensor'
import { AppError } from '../../../shared/errors'
import type { DecodedFile } from '../../codecs'
import { bytesOf, codecOf, decodeBytes, writeNifti } from '../../codecs'
import { niftiTemplate } from '../../codecs/nifti-template'
import type { NiftiValues } from '../../codecs/nifti-write'
import { firstNiftiVolume, writeNiftiValues } from '../../codecs/nifti-write'
import { looksLikeCt } from '../../projects/looks-like-ct'
import type { ExportWorld } from '../exporter'
import type { ExportSeries } from '../volumes'
import { volumeLabels } from '../volumes'
import type { NnunetCase } from './nnunet-case'

export const isPartlyDone = ({ series, slices }: ExportSeries): boolean =>
  series.kind === 'volume' && slices.length < series.planes

/**
 * A volume and its labels on one grid. A NIfTI file keeps its bytes; of other formats the true values are written.
 *
 * @param ignore - number of voxels on planes that nobody has done; null: they are background
 * @throws AppError UNUSABLE_SLICE for colours, and what reading the file can meet
 */
export async function volumeCase(
  world: ExportWorld,
  item: ExportSeries,
  ignore: number | null,
): Promise<NnunetCase> {
  const file = world.sourceFile(item.series)
  const bytes = await bytesOf(file)
  const decoded = await decodeBytes(bytes, file, 'image')
  const { shape } = decoded.pixels
  if (shape.length !== 3) {
    const reason = 'it is a volume in colours, which a set of grey volumes cannot hold'
    throw new AppError('UNUSABLE_SLICE', { file: item.name, reason })
  }
  const isNifti = codecOf(bytes, file).id === 'nifti'
  const grid = isNifti ? bytes : niftiTemplate(decoded)
  const labels = volumeLabels(world, item, shape, 'classes')
  if (ignore !== null) markUndone(labels, item, ignore)
  return {
    image: isNifti ? firstNiftiVolume(bytes, file) : writeNiftiValues(trueValues(decoded), grid, file),
    labels: writeNifti(labels, grid, file),
    channels: [looksLikeCt(decoded.pixels.dtype, trueRange(decoded)) ? 'CT' : 'image'],
    notes: isPartlyDone(item) ? [partNote(item, ignore)] : [],
  }
}

function partNote({ slices, series }: ExportSeries, ignore: number | null): string {
  const rest = ignore === null ? 'background' : 'marked "ignore"'
  return `${slices.length} of ${series.planes} planes are done; the others are ${rest} in its labels.`
}

/** Every voxel of a plane that is not among the slices. */
function markUndone(
  { data, shape }: Tensor<'int32'>,
  { series, slices }: ExportSeries,
  ignore: number,
): void {
  const done = new Set(slices.map(({ plane }) => plane))
  const [, rows = 0, columns = 0] = shape
  const axis = series.axis ?? 2
  const step = [1, columns, columns * rows][axis] ?? 1
  for (let voxel = 0; voxel < data.length; voxel++) {
    const plane = Math.floor(voxel / step) % series.planes
    if (!done.has(plane)) data[voxel] = ignore
  }
}

/** In the stored type where nothing is scaled; else in the smallest of int16, int32 and float32 that holds them. */
function trueValues({ pixels, scale }: DecodedFile): NiftiValues {
  if (scale === null && isWritable(pixels)) return pixels
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 }
  const values = numbersOf(pixels).map(value => value * slope + intercept)
  if (!values.every(Number.isInteger)) return tensor('float32', pixels.shape, Float32Array.from(values))
  const [least, most] = rangeOf(values)
  if (least >= -32_768 && most <= 32_767) return tensor('int16', pixels.shape, Int16Array.from(values))
  return Math.abs(least) < 2 ** 31 && most < 2 ** 31
    ? tensor('int32', pixels.shape, Int32Array.from(values))
    : tensor('float64', pixels.shape, values)
}

const isWritable = (pixels: Tensor): pixels is NiftiValues =>
  ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64'].includes(pixels.dtype)

function trueRange({ pixels, scale }: DecodedFile): [number, number] {
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 }
  const ends = rangeOf(numbersOf(pixels)).map(value => value * slope + intercept)
  return [Math.min(...ends), Math.max(...ends)]
}

function rangeOf(values: Float64Array): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return [least, most]
}

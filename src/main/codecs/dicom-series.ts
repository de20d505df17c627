import { dirname, isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { numbersOf } from '../../core/imaging/picture'
import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { arrayOf } from '../../core/tensor/dtype'
import { AppError } from '../../shared/errors'
import { directionsOf, lengthOf, lpsToRas } from './affine'
import type { Affine, CodecResult, FileRole } from './codec'
import { completed, defineCodec } from './codec'
import type { DecodedFile } from './codec'
import { dicom } from './dicom'
import { sameDirection } from './dicom-geometry'
import { readBytes } from './file-bytes'

/** The slices of a volume that lie in a file each, in order. */
const SeriesFile = z.object({
  format: z.literal('slicetune-dicom-series'),
  /** Beside this file, or absolute */
  files: z.array(z.string().min(1)).min(2).max(65_536),
})

const start = '{"format":"slicetune-dicom-series"'

/** The list of a project's series; `files` are relative to where it will lie, or absolute. */
export const seriesFile = (files: readonly string[]): string =>
  JSON.stringify({ format: 'slicetune-dicom-series', files: [...files] } satisfies z.infer<typeof SeriesFile>)

/** A volume of which each slice is a DICOM file: SliceTune's own list of these files. */
export const dicomSeries = defineCodec({
  id: 'dicom-series',
  extensions: ['.dcmseries'],
  sniff: bytes => Buffer.from(bytes.subarray(0, start.length)).toString('latin1') === start,
  read: async (bytes, file, role): Promise<CodecResult> => readSeries(membersOf(bytes, file), role),
})

/**
 * The files of a volume in the order of its slices, absolute.
 *
 * @returns null for bytes that are no list
 * @throws AppError CORRUPT_FILE
 */
export const seriesMembers = (bytes: Uint8Array, file: string): string[] | null =>
  dicomSeries.sniff(bytes) ? membersOf(bytes, file) : null

const membersOf = (bytes: Uint8Array, file: string): string[] =>
  listOf(bytes, file).map(member => (isAbsolute(member) ? member : join(dirname(file), member)))

function listOf(bytes: Uint8Array, file: string): readonly string[] {
  try {
    return SeriesFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).files
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its list of slices makes no sense' }, { cause })
  }
}

/**
 * One volume of slices in a file each.
 *
 * @param files - in the order of the slices
 * @throws AppError what reading one of them can meet; UNUSABLE_SLICE where one has another size or type
 */
export async function readSeries(files: readonly string[], role: FileRole): Promise<CodecResult> {
  const slices: DecodedFile[] = []
  for (const file of files) {
    const slice = completed(await dicom.read(await readBytes(file), file, role))
    const [first = slice] = slices
    if (slice.kind !== 'picture' || slice.pixels.shape.join() !== first.pixels.shape.join()) {
      const reason = `it measures ${slice.pixels.shape.join(' x ')}, the slices before it ${first.pixels.shape.join(' x ')}`
      throw new AppError('UNUSABLE_SLICE', { file, reason })
    }
    slices.push(slice)
  }
  const [first] = slices
  if (!first) throw new RangeError('no slices')
  const { affine, spacing } = placeOf(slices)
  return {
    ...stacked(slices),
    ...{ kind: 'volume', affine, directions: affine && directionsOf(affine), windows: first.windows },
    spacingMm: first.spacingMm && spacing !== null ? [spacing, ...first.spacingMm] : null,
    place: first.place,
    mayShowText: slices.some(slice => slice.mayShowText),
    warnings: [...new Set(slices.flatMap(({ warnings }) => warnings))],
  }
}

/** Stored values where all slices mean the same by them; else (PET) what they mean. */
function stacked(slices: readonly DecodedFile[]): Pick<CodecResult, 'pixels' | 'scale'> {
  const [first] = slices
  if (!first) throw new RangeError('no slices')
  const isSame = slices.every(
    ({ scale, pixels }) =>
      JSON.stringify(scale) === JSON.stringify(first.scale) && pixels.dtype === first.pixels.dtype,
  )
  const values = isSame ? slices.map(({ pixels }) => pixels) : slices.map(trueValues)
  const { dtype, shape } = values[0] ?? first.pixels
  const size = sizeOf(shape)
  const all = new arrayOf[dtype](size * values.length)
  // All slices have one type, and DICOM has no integers of 64 bits.
  values.forEach(({ data }, index) => {
    ;(all as Float64Array).set(data as Float64Array, index * size)
  })
  return { pixels: tensor(dtype, [values.length, ...shape], all), scale: isSame ? first.scale : null }
}

function trueValues({ pixels, scale }: DecodedFile): Tensor {
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 }
  return tensor(
    'float32',
    pixels.shape,
    Float32Array.from(numbersOf(pixels), value => value * slope + intercept),
  )
}

/** The mean step from the first slice to the last. */
function placeOf(slices: readonly DecodedFile[]): { affine: Affine | null; spacing: number | null } {
  const [first, last] = [slices[0], slices.at(-1)]
  const [from, to] = [first?.place?.position, last?.place?.position]
  if (!first || !from || !to || !isParallel(slices)) return { affine: null, spacing: null }
  const step = lpsToRas(to.map((value, axis) => (value - (from[axis] ?? 0)) / (slices.length - 1)))
  const affine = first.affine?.map((row, world) =>
    world < 3 ? [row[0] ?? 0, row[1] ?? 0, (step[world] ?? 0) + 0, row[3] ?? 0] : row,
  )
  return { affine: affine ?? null, spacing: lengthOf(step) }
}

/** Slices that are turned against each other are a stack without a place in space. */
function isParallel(slices: readonly DecodedFile[]): boolean {
  const own = slices[0]?.place?.orientation ?? []
  return slices.every(({ place }) =>
    own.every((cosine, index) => Math.abs(cosine - (place?.orientation?.[index] ?? NaN)) < 5 * sameDirection),
  )
}

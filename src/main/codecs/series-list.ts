import { dirname, isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../shared/errors'
import type { AboutFile } from './codec'

const numbers = z.array(z.number())
const direction = z.enum(['R', 'L', 'A', 'P', 'S', 'I'])

/** What the slices say together, so that nobody need read them all to show one. Whose they are is not among it. */
const AboutSeries = z.object({
  dtype: z.enum(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32']),
  shape: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]),
  /** Whether each slice has a scale of its own, so that planes hold true values */
  isScaled: z.boolean(),
  scale: z.object({ slope: z.number(), intercept: z.number() }).nullable(),
  affine: z.array(numbers).nullable(),
  directions: z.tuple([direction, direction, direction]).nullable(),
  spacingMm: numbers.nullable(),
  windows: z.array(z.object({ centre: z.number(), width: z.number() })),
  mayShowText: z.boolean(),
  warnings: z.array(z.string()),
})
export type AboutSeries = z.infer<typeof AboutSeries>

/** The slices of a volume that lie in a file each, in order. */
const SeriesFile = z.object({
  format: z.literal('slicetune-dicom-series'),
  /** Beside this file, or absolute */
  files: z.array(z.string().min(1)).min(2).max(65_536),
  /** Left out by earlier versions */
  about: AboutSeries.optional(),
})

const start = '{"format":"slicetune-dicom-series"'

export const isSeriesList = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.subarray(0, start.length)).toString('latin1') === start

/** The list of a project's series; `files` are relative to where it will lie, or absolute. */
export const seriesFile = (files: readonly string[], about?: AboutSeries): string =>
  JSON.stringify({ format: 'slicetune-dicom-series', files: [...files], about } satisfies z.infer<
    typeof SeriesFile
  >)

export interface SeriesList {
  /** In the order of the slices, absolute */
  readonly files: readonly string[]
  readonly about: AboutSeries | null
}

/** @throws AppError CORRUPT_FILE */
export function readSeriesList(bytes: Uint8Array, file: string): SeriesList {
  try {
    const { files, about } = SeriesFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
    const from = dirname(file)
    return {
      files: files.map(member => (isAbsolute(member) ? member : join(from, member))),
      about: about ?? null,
    }
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its list of slices makes no sense' }, { cause })
  }
}

/**
 * The files of a volume in the order of its slices, absolute.
 *
 * @returns null for bytes that are no list
 * @throws AppError CORRUPT_FILE
 */
export const seriesMembers = (bytes: Uint8Array, file: string): string[] | null =>
  isSeriesList(bytes) ? [...readSeriesList(bytes, file).files] : null

/** What a list says of its volume. @returns null where planes are of a kind that a list cannot say */
export function listedAbout(about: AboutFile, isScaled: boolean): AboutSeries | null {
  const { dtype, shape, scale, affine, directions, spacingMm, windows, mayShowText, warnings } = about
  const parsed = AboutSeries.safeParse({
    ...{ dtype, shape, isScaled, scale, affine, directions, spacingMm, windows, mayShowText, warnings },
  })
  return parsed.data ?? null
}

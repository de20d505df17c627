import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

export const zooFolder = join(import.meta.dirname, '../../../fixtures/zoo')

/** What an independent reader says of a file; see `tests/fixtures/README.md`. */
const ZooFile = z.object({
  path: z.string(),
  format: z.string(),
  note: z.string().default(''),
  shape: z.array(z.number()).optional(),
  dtype: z.string().optional(),
  min: z.number().nullish(),
  max: z.number().nullish(),
  sha256_pixels: z.string().optional(),
  lossy: z.boolean().default(false),
  PhotometricInterpretation: z.string().optional(),
  PixelSpacing: z.array(z.number()).optional(),
  zooms: z.array(z.number()).optional(),
  affine: z.array(z.array(z.number())).optional(),
  axes: z.string().optional(),
  qform: z.number().optional(),
  sform: z.number().optional(),
  error: z.string().optional(),
})
export type ZooFile = z.infer<typeof ZooFile>

export const zoo: readonly ZooFile[] = z
  .object({ files: z.array(ZooFile) })
  .parse(JSON.parse(readFileSync(join(zooFolder, 'manifest.json'), 'utf8'))).files

export const zooPath = (file: Pick<ZooFile, 'path'>): string => join(zooFolder, file.path)

/**
 * Broken ones, and numbers that are no pixels. `no_meta.dcm` says nothing about its encoding: it is refused rather than
 * guessed.
 */
export const isRefused = ({ error, dtype }: ZooFile): boolean => error !== undefined || dtype === 'complex64'

/** How far two sound decoders may differ: rounding of the inverse cosine transform and of the change of colours. */
export const lossyTolerance = 3

import * as z from 'zod'

/** What `inspect` tells of a file. */
export const Inspection = z.object({
  file: z.string(),
  format: z.string(),
  /** As the format counts its axes: NIfTI and NRRD x first, all others rows before columns */
  shape: z.array(z.int()),
  dtype: z.string(),
  /** Of the stored values; null where none is a number */
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** Millimetres per step, in the order of `shape`; null where the file does not say */
  spacing: z.array(z.number()).nullable(),
  /** Voxel indices, in the order of the file, to mm towards right, anterior, superior */
  affine: z.array(z.array(z.number())).nullable(),
  /** Where the axes of the file lead, such as RAS */
  orientation: z.string().nullable(),
  /** value = slope * stored + intercept */
  scale: z.object({ slope: z.number(), intercept: z.number() }).nullable(),
  windows: z.array(z.object({ centre: z.number(), width: z.number() })),
  /** Series UID */
  series: z.string().nullable(),
  /** A hash of the patient's ID */
  group: z.string().nullable(),
  warnings: z.array(z.string()),
  /** Of the stored values as little-endian bytes, in the order of the file */
  sha256: z.string(),
})
export type Inspection = z.infer<typeof Inspection>

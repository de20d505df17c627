import * as z from 'zod'

/** What a format cannot hold. The words are `export.limit.<kind>` of the locale. */
export const LimitKind = z.enum([
  /** Masks with holes come out filled */
  'holes',
  /** Slices with objects that overlap: each pixel goes to one of them */
  'overlaps',
  /** The same, counting only objects of different labels */
  'label-overlaps',
  /** Pictures, which are no volumes, are left out */
  'pictures',
  /** Series that are no DICOM are left out */
  'not-dicom',
  /** Volumes with planes that are not done: these are marked as unknown */
  'partly-ignored',
  /** The same, but these planes say that there is nothing on them */
  'partly-empty',
  /** Pictures in a set with volumes: they make a set of their own */
  'both-kinds',
])
export type LimitKind = z.infer<typeof LimitKind>

/** How much of what is exported a format cannot hold: said before anything is written. */
export const ExportLimit = z.object({
  kind: LimitKind,
  /** Of masks, slices or series, as the kind says */
  count: z.int().min(1),
  /** The first few of them, by the names that a person knows */
  names: z.array(z.string()),
})
export type ExportLimit = z.infer<typeof ExportLimit>

import * as z from 'zod'
import type { LimitKind } from '../../shared/domain/export-limit'

/** Options that several formats share. */

/** Every format has them: they choose the slices. */
export const commonOptions = {
  /** `done`: finished slices and those with nothing on them; `accepted`: also slices that are worked on */
  slices: z.enum(['done', 'accepted']).default('done'),
  /** Training and held-out slices apart, as the runs of the project have them */
  split: z.boolean().default(true),
} as const
export const CommonOptions = z.object(commonOptions)
export type CommonOptions = z.infer<typeof CommonOptions>

/** `classes`: one number a label class; `objects`: one number an object, counted from 1 on each slice */
export const valuesOption = z.enum(['classes', 'objects']).default('classes')

/** The slices themselves, as 8-bit PNG in the window that is seen */
export const imagesOption = z.boolean().default(true)

/** A pixel of a label map holds one number: objects of one label may overlap where numbers are labels. */
export const overlapsOf = (values: 'classes' | 'objects'): LimitKind =>
  values === 'classes' ? 'label-overlaps' : 'overlaps'

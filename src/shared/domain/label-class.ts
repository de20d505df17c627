import * as z from 'zod'

export const LabelId = z.int().positive()
export type LabelId = z.infer<typeof LabelId>

/** Colours of the palette, 1 to 8, by the order of `--label-N` in tokens.css. */
export const labelColours = 8

/** What an annotation shows: "Fetal head". Shared by all slices of a project. */
export const LabelClass = z.object({
  id: LabelId,
  name: z.string().trim().min(1).max(120),
  /** Index of the palette, from 1 */
  colour: z.int().min(1).max(labelColours),
  /** Digit that chooses it; null where all nine are taken */
  key: z.int().min(1).max(9).nullable(),
  isHidden: z.boolean(),
  isLocked: z.boolean(),
  /** Of the fill of its masks, in [0, 1]; null: as all others */
  opacity: z.number().min(0).max(1).nullable(),
})
export type LabelClass = z.infer<typeof LabelClass>

import * as z from 'zod'

/**
 * How sure the finder must be that an object is there at all. A slice's score is the mean of its few highest cells, in
 * [0, 1]; `probability = sigmoid(slope * logit(score) + intercept)`.
 */
export const FinderPresence = z.object({
  /** Scores below it mean "probably empty" */
  threshold: z.number().min(0).max(1),
  /** Positive, so that a higher score never means a lower probability */
  slope: z.number().positive(),
  intercept: z.number(),
  /** false: too few slices with, or without, the object were held out to learn it; conservative values stand here */
  calibrated: z.boolean(),
})
export type FinderPresence = z.infer<typeof FinderPresence>

/** One map of the finder, and how its objects are read off. */
export const FinderClass = z.object({
  /** The label value in the training masks; null: any of them, where each value is one of many alike objects */
  label: z.int().nullable(),
  /** Cells above it belong to an object */
  threshold: z.number().gt(0).lt(1),
  /** Smaller objects are dropped; in cells of the map */
  minCells: z.number().min(0),
  presence: FinderPresence,
})
export type FinderClass = z.infer<typeof FinderClass>

/** What travels with the finder's weights. */
export const FinderCard = z.object({
  /** One a map, in their order */
  classes: z.array(FinderClass).min(1),
  /** Slices it was trained on, those without any object among them */
  slices: z.int().min(0),
})
export type FinderCard = z.infer<typeof FinderCard>

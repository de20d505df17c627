import * as z from 'zod'

/** What `log.jsonl` says of an epoch; counted from 1. A loss that is no number is stored as null. */
export const EpochLine = z.object({
  epoch: z.int(),
  trainLoss: z.number(),
  valLoss: z.number().nullable(),
  valDice: z.number().nullable(),
  learningRate: z.number(),
  seconds: z.number(),
})
export type EpochLine = z.infer<typeof EpochLine>

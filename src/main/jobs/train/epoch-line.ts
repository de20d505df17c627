import * as z from 'zod'

/** What `log.jsonl` says of an epoch; counted from 1. A loss that is no number is stored as null. */
export const EpochLine = z.object({
  epoch: z.int(),
  trainLoss: z.number(),
  valLoss: z.number().nullable(),
  valDice: z.number().nullable(),
  learningRate: z.number(),
  seconds: z.number(),
  best: z.boolean(),
})
export type EpochLine = z.infer<typeof EpochLine>

/** The whole lines of a `log.jsonl` up to an epoch; what a crash left of a line is dropped. */
export function epochLines(log: string, upTo: number): EpochLine[] {
  return log.split('\n').flatMap(text => {
    const line = EpochLine.safeParse(parsed(text))
    return line.success && line.data.epoch <= upTo ? [line.data] : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

import * as z from 'zod'

/** Something that went wrong, as streams and stored rows carry it: an AppError without its stack. */
export const Problem = z.object({
  code: z.string(),
  /** The English sentence of the table of errors */
  message: z.string(),
  /** Fills the sentences of other languages; what was stored by earlier versions has none */
  data: z.record(z.string(), z.unknown()).exactOptional(),
})
export type Problem = z.infer<typeof Problem>

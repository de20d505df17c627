import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import * as z from 'zod'

/** One evaluation: the score of each case, so that intervals can be made. */
export const Result = z.object({
  dice: z.number().nullable(),
  cases: z.array(z.number().nullable()),
  /** Mean clicks to Dice 0.9; 20 where it was never reached; null where clicks were not counted */
  clicks: z.number().nullable(),
  /** Objects that were asked for, and those of them that never reached 0.9 */
  objects: z.number(),
  unreached: z.number(),
})
export type Result = z.infer<typeof Result>

const Results = z.object({
  results: z.record(z.string(), Result),
  /** Seconds that a tuning took, by set and model */
  tuning: z.record(z.string(), z.number()),
})
export type Results = z.infer<typeof Results>

export function readResults(file: string): Results {
  if (!existsSync(file)) return { results: {}, tuning: {} }
  return Results.parse(JSON.parse(readFileSync(file, 'utf8')))
}

export function writeResults(file: string, results: Results): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(results, null, 1)}\n`)
  renameSync(`${file}.part`, file)
}

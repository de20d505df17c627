import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

/** Mean over the validation cases, and the cases themselves in the order of their names. */
export const Score = z.object({ dice: z.number(), cases: z.array(z.number().nullable()) })
export type Score = z.infer<typeof Score>

/** The model before tuning; each side's after the last epoch, and after the epoch that was our best. */
export const states = ['base', 'ours', 'torch', 'oursBest', 'torchBest'] as const
export type State = (typeof states)[number]

export const prompts = ['box', 'point'] as const
export type PromptName = (typeof prompts)[number]

const Losses = z.array(z.number())

export const Comparison = z.object({
  model: z.string(),
  /** Version of PyTorch */
  torch: z.string(),
  slices: z.number(),
  bestEpoch: z.number(),
  /** Mean training loss of each epoch */
  losses: z.object({ ours: Losses, torch: Losses }),
  learningRates: z.object({ ours: Losses, torch: Losses }),
  scores: z.record(z.enum(prompts), z.record(z.enum(states), Score)),
})
export type Comparison = z.infer<typeof Comparison>

/** By set. */
const Results = z.record(z.string(), Comparison)
export type Results = z.infer<typeof Results>

export function readResults(file: string): Results {
  return existsSync(file) ? Results.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
}

export function writeResults(file: string, results: Results): void {
  const sorted = Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, `${JSON.stringify(Object.fromEntries(sorted), null, 1)}\n`)
  renameSync(`${file}.part`, file)
}

import * as z from 'zod'

const figure = z.number().nullable()

/** Dice of base and tuned model on the held-out slices. */
export const VersionMetrics = z.object({
  cases: z.int(),
  baseDice: figure,
  tunedDice: figure,
  /** 95 % bootstrap interval of the paired gain, over cases */
  gainLow: figure,
  gainHigh: figure,
  /** With boxes that the finder found by itself; null where it has none */
  foundDice: figure,
})
export type VersionMetrics = z.infer<typeof VersionMetrics>

/** A model that can be chosen: bundled, imported, or tuned in this project. */
export const ModelVersion = z.object({
  /** ID for every call: a manifest's ID, or `run:<number>` for one that was tuned in this project */
  id: z.string(),
  name: z.string(),
  kind: z.enum(['bundled', 'official', 'imported', 'tuned']),
  /** Whether its weights are on this computer */
  available: z.boolean(),
  inUse: z.boolean(),
  /** What it was tuned from; null for a base */
  base: z.string().nullable(),
  preset: z.string().nullable(),
  createdAt: z.iso.datetime().nullable(),
  /** Slices it was trained on, and held-out ones */
  trainSlices: z.int().nullable(),
  valSlices: z.int().nullable(),
  metrics: VersionMetrics.nullable(),
  offersClicks: z.boolean(),
  hasFinder: z.boolean(),
  licence: z.string(),
  source: z.string(),
  /** Predictions of it that were accepted as they were, were edited, and were rejected */
  reviewed: z.object({ accepted: z.int(), edited: z.int(), rejected: z.int() }),
  runId: z.int().nullable(),
})
export type ModelVersion = z.infer<typeof ModelVersion>

import * as z from 'zod'
import { Runs } from './annotation'
import { Unit } from './events'
import { Problem } from './problem'
import { Preset } from './training-options'

export const RunId = z.int().positive()
export type RunId = z.infer<typeof RunId>

/** `cut-off`: the program ended while it ran; it can be resumed as a paused one can. */
export const RunState = z.enum(['running', 'pausing', 'paused', 'cut-off', 'finishing', 'finished', 'failed'])
export type RunState = z.infer<typeof RunState>

export const EpochFigures = z.object({
  /** From 1 */
  epoch: z.int().min(1),
  trainLoss: z.number(),
  valLoss: z.number().nullable(),
  valDice: z.number().nullable(),
  learningRate: z.number(),
  seconds: z.number(),
})
export type EpochFigures = z.infer<typeof EpochFigures>

/** What the model makes of one held-out slice after an epoch. */
export const RunSample = z.object({
  epoch: z.int().min(0),
  sliceId: z.int(),
  runs: Runs,
  dice: z.number().nullable(),
})
export type RunSample = z.infer<typeof RunSample>

const closeness = z.object({ iou: z.number().nullable(), hd95: z.number().nullable() })

/** What Dice does not say: IoU, and the 95th percentile of the distances between the outlines, in `unit`. */
export const CaseCloseness = z.object({ unit: Unit, base: closeness, tuned: closeness })
export type CaseCloseness = z.infer<typeof CaseCloseness>

/** One held-out slice, base against tuned. */
export const VerdictCase = z.object({
  sliceId: z.int(),
  name: z.string(),
  base: z.number().nullable(),
  tuned: z.number().nullable(),
  /** With the box that the finder found */
  found: z.number().nullable(),
  /** Runs of earlier versions were judged by Dice only */
  closeness: CaseCloseness.exactOptional(),
})
export type VerdictCase = z.infer<typeof VerdictCase>

export const Verdict = z.object({
  outcome: z.enum(['better', 'no-clear-change', 'worse', 'mixed', 'not-judged']),
  baseDice: z.number().nullable(),
  tunedDice: z.number().nullable(),
  foundDice: z.number().nullable(),
  /** 95 % bootstrap interval of the paired gain */
  gainLow: z.number().nullable(),
  gainHigh: z.number().nullable(),
  /** Few held-out slices: the figures are uncertain */
  isSmall: z.boolean(),
  /** false: training and validation share a patient */
  independent: z.boolean(),
  cases: z.array(VerdictCase),
})
export type Verdict = z.infer<typeof Verdict>

export const TrainingRun = z.object({
  id: RunId,
  /** Such as "v1" */
  name: z.string(),
  preset: Preset,
  state: RunState,
  epochs: z.array(EpochFigures),
  plannedEpochs: z.int(),
  bestEpoch: z.int().nullable(),
  baseDice: z.number().nullable(),
  trainSlices: z.int(),
  valSlices: z.int(),
  /** Of training, without pauses */
  seconds: z.number(),
  startedAt: z.iso.datetime(),
  /** Why it ended early: the code and sentence of an error, or "early-stop", "stopped" */
  reason: z.string().nullable(),
  error: Problem.nullable(),
  verdict: Verdict.nullable(),
  /** ID of the model version that it gave; null until it has */
  version: z.string().nullable(),
})
export type TrainingRun = z.infer<typeof TrainingRun>

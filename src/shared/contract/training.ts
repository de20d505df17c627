import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { SliceId } from '../domain/slice'
import { Preset, TrainingRecipe } from '../domain/training-options'
import { EpochFigures, RunId, RunSample, RunState, TrainingRun } from '../domain/training-run'
import { inProject } from './projects'
import { procedure } from './procedure'

/** Options that a person changed; the others are the preset's. */
export const RecipeChanges = TrainingRecipe.partial()
export type RecipeChanges = z.infer<typeof RecipeChanges>

/** One line of the pre-flight; its sentence is `check.<name>.<status>` of the locale with `values`. */
export const PreflightCheck = z.object({
  name: z.enum(['slices', 'groups', 'held-out', 'labels', 'unused-labels', 'disk', 'memory', 'model']),
  status: z.enum(['passed', 'to-know', 'blocks']),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type PreflightCheck = z.infer<typeof PreflightCheck>

export const PresetPlan = z.object({
  preset: Preset,
  /** null: not measured on this computer yet */
  seconds: z.number().nullable(),
  memoryBytes: z.number(),
  freeMemoryBytes: z.number(),
})
export type PresetPlan = z.infer<typeof PresetPlan>

export const TrainingPlan = z.object({
  /** Name that the next version gets */
  name: z.string(),
  base: z.string(),
  trainSlices: z.int(),
  valSlices: z.int(),
  emptySlices: z.int(),
  /** The sides, in the order of the list; empty where they cannot be told apart yet */
  train: z.array(SliceId),
  val: z.array(SliceId),
  groups: z.int(),
  diskBytes: z.number(),
  presets: z.array(PresetPlan),
  checks: z.array(PreflightCheck),
})
export type TrainingPlan = z.infer<typeof TrainingPlan>

/** One advanced option, as the form shows it; texts are those of `training-options.ts`. */
export const OptionField = z.object({
  name: z.string(),
  kind: z.enum(['integer', 'number', 'switch', 'choice']),
  description: z.string(),
  reason: z.string().nullable(),
  unit: z.string().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  multipleOf: z.number().nullable(),
  choices: z.array(z.string()),
  isNullable: z.boolean(),
  defaults: z.record(Preset, z.union([z.number(), z.boolean(), z.string(), z.null()])),
})
export type OptionField = z.infer<typeof OptionField>

export const RunEvent = z.discriminatedUnion('event', [
  /** First of every watch, and whenever the state changes */
  z.object({ event: z.literal('run'), run: TrainingRun }),
  z.object({ event: z.literal('stage'), stage: z.string(), done: z.number(), total: z.number() }),
  z.object({ event: z.literal('step'), epoch: z.int(), step: z.int(), steps: z.int(), loss: z.number() }),
  z.object({
    event: z.literal('epoch'),
    figures: EpochFigures,
    bestEpoch: z.int().nullable(),
    secondsLeft: z.number().nullable(),
  }),
  z.object({ event: z.literal('sample'), sample: RunSample }),
  z.object({ event: z.literal('log'), at: z.iso.datetime(), message: z.string() }),
])
export type RunEvent = z.infer<typeof RunEvent>

const planned = inProject.extend({ changes: RecipeChanges, allowSharedGroup: z.boolean() })
const ofRun = inProject.extend({ run: RunId })

export const training = {
  options: procedure.output(z.array(OptionField)),
  /** With the figures that are known; nothing is measured */
  plan: procedure.input(planned).output(TrainingPlan),
  /** The plan, and again with each figure that was measured for it; leaving it stops measuring. */
  watchPlan: procedure.input(planned).output(eventIterator(TrainingPlan)),
  /** @throws RUN_ALREADY_ACTIVE, TOO_FEW_SLICES, SINGLE_GROUP, DISK_FULL, READ_ONLY_PROJECT */
  start: procedure
    .input(
      inProject.extend({
        preset: Preset,
        changes: RecipeChanges,
        name: z.string().trim().min(1).max(60).nullable(),
        allowSharedGroup: z.boolean(),
      }),
    )
    .output(TrainingRun),
  list: procedure.input(inProject).output(z.array(TrainingRun)),
  /** Everything so far, then what happens, until the run ends; leaving it does not stop the run. */
  watch: procedure.input(ofRun).output(eventIterator(RunEvent)),
  /** Samples and log lines of a run that is over, or so far */
  record: procedure.input(ofRun).output(
    z.object({
      samples: z.array(RunSample),
      log: z.array(z.object({ at: z.iso.datetime(), message: z.string() })),
    }),
  ),
  pause: procedure.input(ofRun).output(z.object({ state: RunState })),
  resume: procedure.input(ofRun).output(z.object({ state: RunState })),
  /** Ends it and makes a version of the best epoch so far; with no epoch yet the run is only removed. */
  stop: procedure.input(ofRun).output(z.object({ state: RunState })),
  remove: procedure.input(ofRun).output(z.void()),
}

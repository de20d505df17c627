import * as z from 'zod'
import { Inspection } from './inspection'

/**
 * What a running job says. The same objects are the lines of `--json`, the progress of the terminal and,
 * later, the streams of the other doors. A last `report` closes every job that ends well.
 */

/** Something the user should know about the run, such as the split or a fallback. */
export const NoticeEvent = z.object({ event: z.literal('notice'), message: z.string() })

/** One item that was left out, with the code and the sentence of `errorTable`. */
export const SkippedEvent = z.object({
  event: z.literal('skipped'),
  file: z.string(),
  code: z.string(),
  message: z.string(),
})

/** What became of a file of labels; more fields as `contract/label-imports.ts` says. */
export const LabelsEvent = z.looseObject({
  event: z.literal('labels'),
  file: z.string(),
  outcome: z.string(),
  message: z.string(),
})

/** How far a stage is: `done` of `total` of its own units (slices, bytes, steps). */
export const ProgressEvent = z.object({
  event: z.literal('progress'),
  stage: z.string(),
  done: z.number(),
  total: z.number(),
})

export const WrittenEvent = z.object({ event: z.literal('written'), file: z.string() })

export const StepEvent = z.object({
  event: z.literal('step'),
  epoch: z.number(),
  step: z.number(),
  steps: z.number(),
  loss: z.number(),
})

export const EpochEvent = z.object({
  event: z.literal('epoch'),
  epoch: z.number(),
  trainLoss: z.number(),
  valLoss: z.number().nullable(),
  valDice: z.number().nullable(),
  learningRate: z.number(),
  seconds: z.number(),
  /** Whether it is the best one so far */
  best: z.boolean().optional(),
})

/** Names of the slices on both sides of a training; only where the door asks for slices to show. */
export const SplitEvent = z.object({
  event: z.literal('split'),
  train: z.array(z.string()),
  val: z.array(z.string()),
  independent: z.boolean(),
})

/** What a model in training makes of a held-out slice; only where the door asks for slices to show. */
export const SampleEvent = z.object({
  event: z.literal('sample'),
  /** 0: before the first */
  epoch: z.number(),
  name: z.string(),
  /** Run lengths of all its objects together, the slice's size */
  runs: z.array(z.number()),
  dice: z.number().nullable(),
})
export type SampleEvent = z.infer<typeof SampleEvent>

/** The end of a training: why it ended, and the best checkpoint. */
export const DoneEvent = z.looseObject({
  event: z.literal('done'),
  best: z.object({ epoch: z.number(), valDice: z.number().nullable() }),
  checkpoint: z.string(),
  reason: z.string(),
})

const score = z.number().nullable()

/** Dice and IoU in [0, 1]; HD95 and ASSD in the report's unit; null where a metric is undefined. */
export const Scores = z.object({ dice: score, iou: score, hd95: score, assd: score })
export type Scores = z.infer<typeof Scores>

export const Unit = z.enum(['mm', 'px'])
export type Unit = z.infer<typeof Unit>

/** One image: the mean over its label values. */
export const CaseEvent = z.object({
  event: z.literal('case'),
  file: z.string(),
  slice: z.number().nullable(),
  /** How many label values (prompts) the means are over */
  values: z.number(),
  ...Scores.shape,
  clicksTo90: score,
  unit: Unit,
  /** The filled ellipse in the same boxes, which needs no network; null without a box */
  ellipse: Scores.nullable(),
})
export type CaseEvent = z.infer<typeof CaseEvent>

/** What a tuned model found in a slice by itself. */
export const FoundEvent = z.object({
  event: z.literal('found'),
  file: z.string(),
  /** Plane of a volume; null for a picture */
  slice: z.number().nullable(),
  objects: z.array(
    z.object({
      /** null: one of many alike objects */
      label: z.number().nullable(),
      /** Pixel indices of the slice, inclusive at both ends */
      box: z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() }),
      predictedIou: z.number(),
      /** Whether the box is that of the neighbouring slice's mask */
      fromNeighbour: z.boolean(),
    }),
  ),
  classes: z.array(
    z.object({
      label: z.number().nullable(),
      /** Probability that there is any object of the class */
      presence: z.number(),
      probablyEmpty: z.boolean(),
      /** false: no empty slices were there to learn `presence` from */
      calibrated: z.boolean(),
    }),
  ),
})
export type FoundEvent = z.infer<typeof FoundEvent>

/** One evaluation inside a longer job, such as the demo. */
export const EvaluationEvent = z.object({
  event: z.literal('evaluation'),
  model: z.string(),
  prompt: z.string(),
  dice: score,
  iou: score,
  cases: z.number(),
})

export const EvaluationReport = z.object({
  event: z.literal('report'),
  command: z.literal('evaluate'),
  ...Scores.shape,
  clicksTo90: score,
  cases: z.number(),
  unit: Unit,
  prompt: z.string(),
  /** Pixels on a slice whose longest side is 256; null where the prompt has no box */
  jitter: z.number().nullable(),
  model: z.string(),
  data: z.string(),
  split: z.string(),
  ellipse: Scores.nullable(),
  /** Label values for which a metric has no value and which its mean leaves out */
  undefined: z.object({ dice: z.number(), iou: z.number(), hd95: z.number(), assd: z.number() }),
  /** Label values that never reached Dice 0.9 in 20 clicks; they count as 20 in the mean */
  unreached: z.number(),
  skipped: z.number(),
  seconds: z.number(),
  interrupted: z.boolean(),
})
export type EvaluationReport = z.infer<typeof EvaluationReport>

/** What predict, embed and doctor end with; their other keys depend on the command. */
export const CommandReport = z.looseObject({
  event: z.literal('report'),
  command: z.enum(['train', 'predict', 'embed', 'doctor', 'models', 'project', 'deidentify']),
})

const demoScores = z.object({ dice: score, iou: score, low: score, high: score })

export const DemoReport = z.object({
  event: z.literal('report'),
  command: z.literal('demo'),
  /** Every model on the same cases, as it came or tuned in this run */
  models: z.array(
    z.object({
      model: z.string(),
      tuned: z.boolean(),
      /** null: the model does not offer points, for it was never trained with them */
      point: demoScores.nullable(),
      box: demoScores,
    }),
  ),
  base: z.object({ point: demoScores, box: demoScores }),
  tuned: z.object({ point: demoScores, box: demoScores }),
  ellipse: z.object({ box: demoScores }),
  /** 95 % bootstrap interval, over cases, of the paired gain in Dice */
  gain: z.object({
    point: demoScores.pick({ dice: true, low: true, high: true }),
    box: demoScores.pick({ dice: true, low: true, high: true }),
  }),
  cases: z.number(),
  checkpoint: z.string(),
  seconds: z.number(),
})
export type DemoReport = z.infer<typeof DemoReport>

/** One finding of `doctor`, with what to do where it is not well. */
export const CheckEvent = z.object({
  event: z.literal('check'),
  name: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  message: z.string(),
})
export type CheckEvent = z.infer<typeof CheckEvent>

/** What `inspect` found in a file, or why it was refused. */
export const FileEvent = z.union([
  Inspection.extend({ event: z.literal('file') }),
  z.object({
    event: z.literal('file'),
    file: z.string(),
    error: z.object({ code: z.string(), message: z.string() }),
  }),
])
export type FileEvent = z.infer<typeof FileEvent>

export const JobEvent = z.union([
  NoticeEvent,
  SkippedEvent,
  LabelsEvent,
  ProgressEvent,
  WrittenEvent,
  StepEvent,
  EpochEvent,
  SplitEvent,
  SampleEvent,
  DoneEvent,
  CaseEvent,
  FoundEvent,
  CheckEvent,
  FileEvent,
  EvaluationEvent,
  EvaluationReport,
  DemoReport,
  CommandReport,
])
export type JobEvent = z.infer<typeof JobEvent>

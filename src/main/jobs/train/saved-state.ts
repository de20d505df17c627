import * as z from 'zod'
import type { AdamWMoments, JsonValue, TrainingCheckpoint } from '../../../core/checkpoint'
import {
  besidePrefix,
  momentsPrefix,
  readTrainingCheckpoint,
  writeTrainingCheckpoint,
} from '../../../core/checkpoint'
import { isFinderWeight } from '../../../core/models/finder/config'
import { isBuffer } from '../../../core/models/buffers'
import type { AdamWState } from '../../../core/training/optimizers'
import { adamWState } from '../../../core/training/optimizers'
import type { StateDict } from '../../../core/tensor/state-dict'
import type { Tensor } from '../../../core/tensor/tensor'
import { float32 } from '../../../core/tensor/tensor'
import type { ParameterEntry, Parameters } from '../../../core/training/parameters'
import type { PlateauState } from '../../../core/training/schedules'
import { plateauStart } from '../../../core/training/schedules'
import type { TrainingState } from '../../../core/training/trainer'
import { Unit } from '../../../shared/domain/events'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import { AppError } from '../../../shared/errors'
import { FinderCard } from '../../../shared/domain/finder'
import { TrainingSplit } from '../../../shared/domain/training-split'
import { Preset, TrainingRecipe } from '../../../shared/domain/training-options'

/** Infinity, which JSON does not know, as null. */
const best = z.number().nullable()

const Case = z.object({
  key: z.string(),
  dice: z.number().nullable(),
  point: z.number().nullable(),
  box: z.number().nullable(),
  closeness: z
    .object({ iou: z.number().nullable(), hd95: z.number().nullable(), unit: Unit })
    .exactOptional(),
})

/** Runs that were saved before corrective clicks could be trained had none. */
const SavedRecipe = z.preprocess(
  saved => (typeof saved === 'object' ? { clickShare: 0, maxClicks: 3, finder: true, ...saved } : saved),
  TrainingRecipe,
)

/** What SliceTune keeps beside `model`: enough to go on as if nothing had happened. */
export const SavedRun = z.object({
  format: z.literal(1),
  task: z.string(),
  preset: Preset,
  recipe: SavedRecipe,
  /** How the data were read and split; a resumed run reads them so again */
  data: z.object({
    group: z.string().nullable(),
    axis: z.enum(['0', '1', '2']),
    allowSharedGroup: z.boolean(),
  }),
  split: TrainingSplit,
  base: z.object({
    id: z.string(),
    source: z.string(),
    licence: z.string(),
    sha256: z.string().nullable(),
  }),
  /** Of an EfficientSAM, whose weights do not tell */
  encoderHeads: z.int().optional(),
  decoderHeads: z.int().optional(),
  /** Whether clicks were trained, for a family whose published weights know boxes only */
  knowsClicks: z.boolean().optional(),
  state: z.object({
    schedule: z.object({
      learningRate: z.number(),
      best,
      badEpochs: z.number(),
      cooldownLeft: z.number(),
    }),
    optimizerSteps: z.number(),
    epoch: z.number(),
    step: z.number(),
    lossSum: z.number(),
    sampleCount: z.number(),
    bestLoss: z.number().nullable(),
    bestEpoch: z.number().nullable(),
    bestDice: z.number().nullable(),
    lossAtBest: z.number().nullable().default(null),
    staleEpochs: z.number(),
  }),
  /** How the finder beside the model is read; not there before it is fitted */
  finder: FinderCard.optional(),
  /** The model before training on each held-out slice; null where that was not measured yet */
  baseCases: z.array(Case).nullable(),
  /** ... and at the best epoch */
  bestCases: z.array(Case),
})
export type SavedRun = z.infer<typeof SavedRun>

export function startState(parameters: Parameters, learningRate: number): TrainingState {
  return {
    optimizer: adamWState(parameters.flat.length),
    schedule: plateauStart(learningRate),
    epoch: 0,
    step: 0,
    lossSum: 0,
    sampleCount: 0,
    bestLoss: null,
    bestEpoch: null,
    bestDice: null,
    lossAtBest: null,
    staleEpochs: 0,
  }
}

export interface Saved {
  readonly parameters: Parameters
  readonly trainedNames: readonly string[]
  readonly state: TrainingState
  readonly preprocessing: Preprocessing
  readonly run: Omit<SavedRun, 'state'>
  /** Mean training loss of the last whole epoch; null before the first */
  readonly lastLoss: number | null
  readonly weightDecay: number
}

/** The file that goes on exactly here, and that the original scripts and torch read too. */
export function encodeCheckpoint(saved: Saved): Uint8Array {
  const { optimizer, schedule, ...progress } = saved.state
  const state: SavedRun['state'] = {
    ...progress,
    schedule: { ...schedule, best: Number.isFinite(schedule.best) ? schedule.best : null },
    optimizerSteps: optimizer.step,
  }
  const stored = [...saved.parameters.stateDict()]
  return writeTrainingCheckpoint({
    model: new Map(stored.filter(([name]) => !isBeside(name))),
    beside: new Map([...stored.filter(([name]) => isBeside(name)), ...besideMoments(saved)]),
    epoch: saved.state.epoch - 1,
    optimizer: torchOptimizer(saved),
    loss: saved.lastLoss,
    bestLoss: saved.state.bestLoss,
    preprocessing: saved.preprocessing,
    extra: JSON.parse(JSON.stringify({ ...saved.run, state })) as TrainingCheckpoint['extra'],
  })
}

const isBeside = (name: string): boolean => name.startsWith(besidePrefix)

/** Both running means of the trained tensors beside the model: torch's optimiser does not know these. */
function besideMoments({ parameters, trainedNames, state }: Saved): [string, Tensor<'float32'>][] {
  if (state.optimizer.step === 0) return []
  const trained = new Set(trainedNames)
  const own = parameters.entries.filter(({ name }) => isBeside(name) && trained.has(name))
  const { firstMoment, secondMoment } = state.optimizer
  return own.flatMap(({ name, shape, offset, size }) => [
    [firstMomentOf(name), float32(shape, firstMoment.subarray(offset, offset + size))],
    [secondMomentOf(name), float32(shape, secondMoment.subarray(offset, offset + size))],
  ])
}

const firstMomentOf = (name: string): string => `${momentsPrefix}first.${name}`
const secondMomentOf = (name: string): string => `${momentsPrefix}second.${name}`

/** torch keys its moments by a parameter's place in `parameters()`. */
function torchOptimizer({
  parameters,
  trainedNames,
  state,
  weightDecay,
}: Saved): TrainingCheckpoint['optimizer'] {
  const { optimizer, schedule } = state
  const trained = new Set(trainedNames)
  const listed = parameters.entries.filter(isInTorch)
  const moments = listed.flatMap(({ name, shape, offset, size }, index) => {
    if (!trained.has(name) || optimizer.step === 0) return []
    const part = (flat: Float32Array) =>
      ({ dtype: 'float32', shape, data: flat.subarray(offset, offset + size) }) as const
    return [
      [
        index,
        { step: optimizer.step, expAvg: part(optimizer.firstMoment), expAvgSq: part(optimizer.secondMoment) },
      ] as const,
    ]
  })
  return {
    state: new Map(moments),
    paramGroups: [
      {
        learningRate: schedule.learningRate,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay,
        parameters: listed.map((_, index) => index),
      },
    ],
  }
}

/** A checkpoint with its finder replaced; everything else in it stays as it was. */
export function withFinder(
  { checkpoint }: Resumed,
  { weights, card }: { readonly weights: StateDict; readonly card: FinderCard },
): Uint8Array {
  const others = [...checkpoint.beside].filter(([name]) => !isFinderWeight(name))
  const finder: JsonValue = JSON.parse(JSON.stringify(card)) as JsonValue
  return writeTrainingCheckpoint({
    ...checkpoint,
    beside: new Map([...others, ...weights]),
    extra: { ...checkpoint.extra, finder },
  })
}

export interface Resumed {
  readonly checkpoint: TrainingCheckpoint
  /** null in a file of another program */
  readonly run: SavedRun | null
}

/** @throws AppError WRONG_CHECKPOINT where it is one of ours, but not one that this version understands */
export function readSavedRun(bytes: Uint8Array, file: string): Resumed {
  const checkpoint = readTrainingCheckpoint(bytes, file)
  if (Object.keys(checkpoint.extra).length === 0) return { checkpoint, run: null }
  const run = SavedRun.safeParse(checkpoint.extra)
  if (run.success) return { checkpoint, run: run.data }
  const reason = 'what SliceTune stored beside the weights is damaged or of another version'
  throw new AppError('WRONG_CHECKPOINT', { file, reason }, { cause: run.error })
}

/** Puts optimiser, schedule and position back; a foreign file gives its epoch and, where it has them, its moments. */
export function restoreState(resumed: Resumed, parameters: Parameters, learningRate: number): TrainingState {
  const { checkpoint, run } = resumed
  const start = startState(parameters, learningRate)
  restoreMoments(start.optimizer, checkpoint, parameters)
  if (!run) {
    const group = checkpoint.optimizer?.paramGroups[0]
    return {
      ...start,
      schedule: plateauStart(group?.learningRate ?? learningRate),
      epoch: (checkpoint.epoch ?? -1) + 1,
      bestLoss: checkpoint.bestLoss,
    }
  }
  const { schedule, optimizerSteps, ...progress } = run.state
  start.optimizer.step = optimizerSteps
  const restored: PlateauState = { ...schedule, best: schedule.best ?? Infinity }
  return { ...start, ...progress, schedule: restored }
}

/** Whether a parameter is one of `parameters()` of the official code. */
const isInTorch = ({ name }: ParameterEntry): boolean => !isBuffer(name) && !isBeside(name)

type Moments = readonly [entry: ParameterEntry, moments: AdamWMoments]

/** The stored moments that fit the model; another program's file may list its parameters differently. */
function fittingMoments({ optimizer }: TrainingCheckpoint, parameters: Parameters): Moments[] {
  const listed = parameters.entries.filter(isInTorch)
  return [...(optimizer?.state ?? [])].flatMap(([index, moments]) => {
    const entry = listed[index]
    const fits = entry?.size === moments.expAvg.data.length && entry.size === moments.expAvgSq.data.length
    return fits ? [[entry, moments] as const] : []
  })
}

/** How many of the optimiser's moments do not fit the model and start anew. */
export function unusableMoments({ checkpoint }: Resumed, parameters: Parameters): number {
  return (checkpoint.optimizer?.state.size ?? 0) - fittingMoments(checkpoint, parameters).length
}

function restoreMoments(optimizer: AdamWState, checkpoint: TrainingCheckpoint, parameters: Parameters): void {
  for (const [{ offset }, { step, expAvg, expAvgSq }] of fittingMoments(checkpoint, parameters)) {
    optimizer.firstMoment.set(expAvg.data, offset)
    optimizer.secondMoment.set(expAvgSq.data, offset)
    optimizer.step = Math.max(optimizer.step, step)
  }
  for (const { name, offset, size } of parameters.entries.filter(entry => isBeside(entry.name))) {
    const first = checkpoint.beside.get(firstMomentOf(name))?.data
    const second = checkpoint.beside.get(secondMomentOf(name))?.data
    if (first?.length !== size || second?.length !== size) continue
    optimizer.firstMoment.set(first, offset)
    optimizer.secondMoment.set(second, offset)
  }
}

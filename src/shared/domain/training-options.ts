import * as z from 'zod'
import type { Preprocessing } from './preprocessing'

export const Preset = z.enum(['quick', 'balanced', 'full', 'seed'])
export type Preset = z.infer<typeof Preset>

/**
 * Everything that decides how a model is tuned. Each option says what it is, its unit, its range and why its defaults
 * are what they are; the flags of the command line, their help and `docs/generated/options.md` are made from this one place.
 * Defaults per preset stand below.
 */
export const TrainingRecipe = z.object({
  epochs: z.int().min(1).max(100_000).meta({
    placeholder: 'N',
    description: 'how often every training slice is seen; exactly this many unless stopped early',
    unit: 'passes over the slices',
    reason:
      "A frozen encoder needs little time and its decoder little data, so it may look often; the more is trained, the dearer an epoch and the sooner it fits the few slices by heart. 10 is the original script's.",
  }),
  batchSize: z.int().min(1).max(1024).meta({
    placeholder: 'N',
    description: 'slices a step; gradients are added up, so memory does not grow with it',
    unit: 'slices',
    reason: "The original script's. More steps an epoch help small data more than smoother gradients do.",
  }),
  learningRate: z.number().positive().max(1).meta({
    placeholder: 'RATE',
    description: 'step size of AdamW at the start; the plateau schedule lowers it',
    reason:
      "The original script's 5e-5 where the encoder is trained, which forgets what it knew at higher rates; the decoder alone bears four times that, and a few blocks twice.",
  }),
  weightDecay: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description:
      'AdamW decay a step, times the learning rate; on every trained weight, as in the original recipe',
    reason: "The original script's, and AdamW's usual one.",
  }),
  plateauFactor: z.number().gt(0).lt(1).meta({
    placeholder: 'X',
    description: 'the learning rate is multiplied by this when the training loss stops falling',
    reason: "The original script's.",
  }),
  plateauPatience: z.int().min(0).max(100_000).meta({
    placeholder: 'N',
    description: 'epochs without a lower training loss before that happens',
    unit: 'epochs',
    reason: "The original script's.",
  }),
  stopPatience: z.int().min(0).max(100_000).meta({
    placeholder: 'N',
    description:
      'stop after this many epochs without a better validation Dice (seed: training loss); 0: never',
    unit: 'epochs',
    reason:
      'Long enough for the learning rate to fall once and help; the dearer the epochs, the shorter. The original script never stops early.',
  }),
  pointShare: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description: 'part of the prompts that are one inner point, 0 to 1; the rest are loose boxes',
    reason: 'Users begin with either. The original script trains boxes only.',
  }),
  clickShare: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description:
      'part of these prompts that corrective clicks follow, each on the largest error of the model as it is, 0 to 1',
    reason:
      'Every fourth: boxes and points, which users start with, keep three quarters between them. The original script has no corrections.',
  }),
  maxClicks: z.int().min(1).max(20).meta({
    placeholder: 'N',
    description: 'such a prompt has 1 to this many corrective clicks, fewer where no error is left',
    unit: 'clicks',
    reason:
      "SAM's authors correct eight times; each click costs a run of the decoder, and who is not helped by three draws.",
  }),
  boxJitter: z.int().min(0).max(128).meta({
    placeholder: 'PX',
    description: 'training boxes are moved by up to this many pixels a side, at a longest side of 256',
    unit: 'pixels of a slice whose longest side is 256',
    reason: "The original one-GPU script's; about as loose as boxes are drawn by hand.",
  }),
  flips: z.boolean().meta({
    description: 'mirror slices at random, left-right and up-down',
    reason:
      'Mirroring multiplies what must be encoded by four, which is dear where the results are stored and free where the encoder runs anyway.',
  }),
  maskLoss: z.enum(['all', 'best']).meta({
    description: 'which of the three masks a point trains: all, or the best one, so that they stay different',
    reason:
      'A lone point may mean a part or the whole: three different candidates serve the user better. The original script trains all.',
  }),
  iouTarget: z.enum(['per-mask', 'per-sample', 'seed']).meta({
    description: "what a predicted IoU is compared with; seed: the original script's way, across the batch",
    reason:
      'The answer is the mask of the highest predicted IoU, so each mask needs a prediction of its own. The original script compared across the batch by mistake.',
  }),
  segLossWeight: z.number().min(0).max(1000).meta({
    placeholder: 'X',
    description: 'weight of the Dice loss',
    reason: "The original script's: the three terms are of one size.",
  }),
  ceLossWeight: z
    .number()
    .min(0)
    .max(1000)
    .meta({ placeholder: 'X', description: 'weight of the cross-entropy', reason: 'As above.' }),
  iouLossWeight: z.number().min(0).max(1000).meta({
    placeholder: 'X',
    description: 'weight of the squared error of the predicted IoU',
    reason: 'As above.',
  }),
  validationFraction: z.number().gt(0).lt(1).meta({
    placeholder: 'X',
    description: 'part of the slices held back, in whole groups, where the data has no val/ of its own',
    reason: 'Enough to tell a better epoch from a worse one, and most of the data is left to learn from.',
  }),
  resolution: z.int().min(64).max(2048).multipleOf(16).nullable().meta({
    placeholder: 'PX',
    description: "side of the model's square input, a multiple of 16 (default: the model's own)",
    unit: 'pixels',
    reason: 'A model does best at the side it was trained with; less is faster, more shows small objects.',
  }),
  finder: z.boolean().meta({
    description: 'teach a finder on the same slices, which sees objects where nobody drew a box',
    reason: 'Without one a tuned model needs a box or a click on every slice. It takes seconds to a minute.',
  }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .meta({
      placeholder: 'N',
      description: 'seed of everything random',
      reason:
        "The original script's. The same seed gives the same order, prompts and flips, however the run is cut up.",
    }),
})
export type TrainingRecipe = z.infer<typeof TrainingRecipe>

const common = {
  batchSize: 4,
  weightDecay: 0.01,
  plateauFactor: 0.9,
  plateauPatience: 5,
  pointShare: 0.5,
  clickShare: 0.25,
  maxClicks: 3,
  boxJitter: 5,
  maskLoss: 'best',
  iouTarget: 'per-mask',
  segLossWeight: 1,
  ceLossWeight: 1,
  iouLossWeight: 1,
  validationFraction: 0.2,
  resolution: null,
  finder: true,
  seed: 2023,
} as const satisfies Partial<TrainingRecipe>

export interface PresetDefinition {
  readonly summary: string
  /** How many of the image encoder's last steps (blocks, and the neck behind them) are trained; what is before is stored */
  readonly trainedSteps: number
  /** Which epoch is the best one: of the highest validation Dice, or of the lowest mean training loss */
  readonly bestBy: 'dice' | 'loss'
  /** What of the model's own preprocessing is replaced; stored with the tuned model */
  readonly preprocessing: Partial<Pick<Preprocessing, 'fit' | 'intensity'>>
  readonly recipe: TrainingRecipe
}

export const presets = {
  quick: {
    summary: 'encoder frozen and its embeddings stored; prompt encoder and mask decoder trained: minutes',
    trainedSteps: 0,
    bestBy: 'dice',
    preprocessing: {},
    recipe: { ...common, epochs: 25, learningRate: 2e-4, stopPatience: 10, flips: false },
  },
  balanced: {
    summary: "the encoder's last blocks trained too, what is before them stored: for pictures unlike its own",
    // The neck and what is right before it: a quarter of EfficientSAM's blocks, the whole last stage of MedSAM-Lite.
    trainedSteps: 4,
    bestBy: 'dice',
    preprocessing: {},
    recipe: { ...common, epochs: 15, learningRate: 1e-4, stopPatience: 8, flips: false },
  },
  full: {
    summary: 'everything trained: hours, for a few hundred slices or more',
    trainedSteps: Infinity,
    bestBy: 'dice',
    preprocessing: {},
    recipe: { ...common, epochs: 10, learningRate: 5e-5, stopPatience: 5, flips: true },
  },
  seed: {
    summary: "the original script's recipe with its faults mended: everything trained, with boxes only",
    trainedSteps: Infinity,
    bestBy: 'loss',
    preprocessing: { fit: 'pad', intensity: 'minmax' },
    recipe: {
      ...common,
      epochs: 10,
      learningRate: 5e-5,
      stopPatience: 0,
      flips: true,
      pointShare: 0,
      clickShare: 0,
      finder: false,
      maskLoss: 'all',
    },
  },
} as const satisfies Record<Preset, PresetDefinition>

/** A preset with what the user changed of it. */
export function recipeOf(
  preset: Preset,
  changes: { readonly [K in keyof TrainingRecipe]?: TrainingRecipe[K] | undefined },
): TrainingRecipe {
  const given = Object.fromEntries(
    Object.entries<unknown>(changes).filter(([, value]) => value !== undefined),
  )
  return TrainingRecipe.parse({ ...presets[preset].recipe, ...given })
}

import * as z from 'zod'

export const Preset = z.enum(['quick', 'full'])
export type Preset = z.infer<typeof Preset>

/**
 * Everything that decides how a model is tuned. Each option says what it is, its unit and its range; command line, help
 * and documents are made from this one place. Defaults per preset stand below.
 */
export const TrainingRecipe = z.object({
  epochs: z.int().min(1).max(100_000).meta({
    placeholder: 'N',
    description: 'how often every training slice is seen; exactly this many unless stopped early',
  }),
  batchSize: z.int().min(1).max(1024).meta({
    placeholder: 'N',
    description: 'slices a step; gradients are added up, so memory does not grow with it',
  }),
  learningRate: z.number().positive().max(1).meta({
    placeholder: 'RATE',
    description: 'step size of AdamW at the start; the plateau schedule lowers it',
  }),
  weightDecay: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description:
      'AdamW decay a step, times the learning rate; on every trained weight, as in the original recipe',
  }),
  plateauFactor: z.number().gt(0).lt(1).meta({
    placeholder: 'X',
    description: 'the learning rate is multiplied by this when the training loss stops falling',
  }),
  plateauPatience: z.int().min(0).max(100_000).meta({
    placeholder: 'N',
    description: 'epochs without a lower training loss before that happens',
  }),
  stopPatience: z.int().min(0).max(100_000).meta({
    placeholder: 'N',
    description: 'stop after this many epochs without a better validation Dice; 0: never',
  }),
  pointShare: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description: 'part of the prompts that are one inner point, 0 to 1; the rest are loose boxes',
  }),
  clickShare: z.number().min(0).max(1).meta({
    placeholder: 'X',
    description:
      'part of these prompts that corrective clicks follow, each on the largest error of the model as it is, 0 to 1',
  }),
  maxClicks: z.int().min(1).max(20).meta({
    placeholder: 'N',
    description: 'such a prompt has 1 to this many corrective clicks, fewer where no error is left',
  }),
  boxJitter: z.int().min(0).max(128).meta({
    placeholder: 'PX',
    description: 'training boxes are moved by up to this many pixels a side, at a longest side of 256',
  }),
  flips: z.boolean().meta({ description: 'mirror slices at random, left-right and up-down' }),
  maskLoss: z.enum(['all', 'best']).meta({
    description: 'which of the three masks a point trains: all, or the best one, so that they stay different',
  }),
  iouTarget: z.enum(['per-mask', 'per-sample', 'seed']).meta({
    description: "what a predicted IoU is compared with; seed: the original script's way, across the batch",
  }),
  segLossWeight: z
    .number()
    .min(0)
    .max(1000)
    .meta({ placeholder: 'X', description: 'weight of the Dice loss' }),
  ceLossWeight: z
    .number()
    .min(0)
    .max(1000)
    .meta({ placeholder: 'X', description: 'weight of the cross-entropy' }),
  iouLossWeight: z.number().min(0).max(1000).meta({
    placeholder: 'X',
    description: 'weight of the squared error of the predicted IoU',
  }),
  validationFraction: z.number().gt(0).lt(1).meta({
    placeholder: 'X',
    description: 'part of the slices held back, in whole groups, where the data has no val/ of its own',
  }),
  resolution: z.int().min(64).max(2048).multipleOf(16).nullable().meta({
    placeholder: 'PX',
    description: "side of the model's square input, a multiple of 16 (default: the model's own)",
  }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .meta({ placeholder: 'N', description: 'seed of everything random' }),
})
export type TrainingRecipe = z.infer<typeof TrainingRecipe>

const common = {
  batchSize: 4,
  weightDecay: 0.01,
  plateauFactor: 0.9,
  plateauPatience: 5,
  pointShare: 0.5,
  // Every fourth prompt is corrected: boxes and points, which users start with, keep three quarters between them.
  clickShare: 0.25,
  // SAM corrects eight times; each click costs a run of the decoder, and users who are not helped by three draw.
  maxClicks: 3,
  boxJitter: 5,
  maskLoss: 'best',
  iouTarget: 'per-mask',
  segLossWeight: 1,
  ceLossWeight: 1,
  iouLossWeight: 1,
  validationFraction: 0.2,
  resolution: null,
  seed: 2023,
} as const satisfies Partial<TrainingRecipe>

export interface PresetDefinition {
  readonly summary: string
  /** How many of the image encoder's last steps (blocks, and the neck behind them) are trained; what is before is stored */
  readonly trainedSteps: number
  readonly recipe: TrainingRecipe
}

export const presets = {
  quick: {
    summary: 'encoder frozen and its embeddings stored; prompt encoder and mask decoder trained: minutes',
    trainedSteps: 0,
    recipe: { ...common, epochs: 25, learningRate: 2e-4, stopPatience: 10, flips: false },
  },
  full: {
    summary: 'everything trained: hours, for a few hundred slices or more',
    trainedSteps: Infinity,
    recipe: { ...common, epochs: 10, learningRate: 5e-5, stopPatience: 5, flips: true },
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

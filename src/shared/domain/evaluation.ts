import * as z from 'zod'

export const PromptKind = z.enum(['box', 'point', 'clicks', 'box-clicks', 'found'])
export type PromptKind = z.infer<typeof PromptKind>

/** The model that comes with SliceTune: the default of every command and the base of the demo. */
export const bundledModel = 'efficientsam-ti-medical'

/** Fields that several commands share, so that they read alike everywhere. */
export const dataFolder = z.string().min(1).meta({
  placeholder: 'DIR',
  description: 'folder with images/ and masks/ (or imgs/ and gts/ of .npy), optionally below train/ and val/',
})
export const modelField = z.string().min(1).default(bundledModel).meta({
  placeholder: 'ID|FILE',
  description: 'a model ID (see "slicetune models list") or a checkpoint file',
})
export const strictField = z.boolean().default(false).describe('exit 3 when any item had to be left out')
export const threadsField = z.int().min(1).max(256).optional().meta({
  placeholder: 'N',
  description: 'threads for the engine (default: all cores)',
})
export const sliceAxis = z.enum(['0', '1', '2']).default('2').describe('axis along which volumes are sliced')

export const EvaluateOptions = z.object({
  data: dataFolder,
  model: modelField,
  prompt: PromptKind.default('box').describe(
    'what stands for the user: a loose box, one inner point, corrective clicks, such clicks after a box, which counts as two, or nobody: boxes that a tuned model finds',
  ),
  jitter: z.int().min(0).max(128).default(5).meta({
    placeholder: 'PX',
    description: 'how loose the boxes are, in pixels of a slice whose longest side is 256',
  }),
  split: z
    .enum(['train', 'val', 'all'])
    .optional()
    .describe('which part is judged (default: val where train/ and val/ exist, else everything)'),
  seed: z
    .int()
    .min(0)
    .default(0)
    .meta({ placeholder: 'N', description: 'seed of the jitter, combined with the case' }),
  axis: sliceAxis,
  strict: strictField,
  threads: threadsField,
})
export type EvaluateOptions = z.infer<typeof EvaluateOptions>

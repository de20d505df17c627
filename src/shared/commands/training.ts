import * as z from 'zod'
import { dataFolder, modelField, sliceAxis, strictField, threadsField } from '../domain/evaluation'
import { Preset, presets, TrainingRecipe } from '../domain/training-options'
import { defineCommand } from './command'

type RecipeKey = keyof TrainingRecipe

/** The recipe's options, each optional, with the default of every preset in its description. */
export function recipeFlags(): z.ZodObject<{
  [K in RecipeKey]: z.ZodOptional<(typeof TrainingRecipe.shape)[K]>
}> {
  const shape = Object.entries(TrainingRecipe.shape).map(([name, field]) => {
    const { description = '', ...meta } = field.meta() ?? {}
    const values = Object.entries(presets).map(
      ([preset, { recipe }]) => [preset, recipe[name as RecipeKey]] as const,
    )
    const same = values.every(([, value]) => value === values[0]?.[1])
    const defaults = same
      ? `default: ${String(values[0]?.[1])}`
      : values.map(([preset, value]) => `${preset}: ${String(value)}`).join(', ')
    const isOwnDefault = values[0]?.[1] === null
    const optional = field
      .optional()
      .meta({ ...meta, description: isOwnDefault ? description : `${description} (${defaults})` })
    return [name, optional]
  })
  // Built key by key from the recipe's own shape, which fromEntries cannot say.
  return z.object(Object.fromEntries(shape)) as ReturnType<typeof recipeFlags>
}

export const TrainOptions = z.object({
  data: dataFolder,
  model: modelField,
  out: z.string().min(1).meta({ placeholder: 'DIR', description: 'a dated run folder is made in it' }),
  preset: Preset.default('quick').meta({
    description: Object.entries(presets)
      .map(([name, { summary }]) => `${name}: ${summary}`)
      .join('; '),
  }),
  ...recipeFlags().shape,
  task: z
    .string()
    .regex(/^[^/\\\0]+$/, 'a name without slashes')
    .default('slicetune')
    .meta({ placeholder: 'NAME', description: 'first part of the name of the run folder' }),
  resume: z.string().optional().meta({
    placeholder: 'FILE|DIR',
    description: 'go on from a checkpoint, or from the newest run in a folder',
  }),
  sanityCheck: z.boolean().default(false).describe('write a figure of augmented samples and stop'),
  group: z.string().optional().meta({
    placeholder: 'REGEX|FILE.csv',
    description: 'which slices belong together (a patient): never split between training and validation',
  }),
  allowSharedGroup: z
    .boolean()
    .default(false)
    .describe('train although there is one group only; the verdict is then marked "not independent"'),
  axis: sliceAxis,
  strict: strictField,
  threads: threadsField,
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .meta({
      placeholder: 'N',
      description:
        'share each step among so many workers, which divide the threads: faster for batches of two and more, at more ' +
        'memory; figures are the same up to rounding, bit by bit with the same N, which may change on --resume',
    }),
})
export type TrainOptions = z.infer<typeof TrainOptions>

export const train = defineCommand({
  summary: 'Fine-tune a model on slices with masks',
  input: TrainOptions,
  examples: [
    'train --data scans --out runs',
    'train --data scans --out runs --preset full --epochs 20',
    'train --data scans --out runs --resume runs',
    'train --data scans --out runs --sanity-check',
  ],
})

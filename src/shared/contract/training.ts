import * as z from 'zod'
import { dataFolder, modelField, sliceAxis, strictField, threadsField } from '../domain/evaluation'
import { defineProcedure } from './procedure'

export const TrainOptions = z.object({
  data: dataFolder,
  model: modelField,
  out: z.string().min(1).meta({ placeholder: 'DIR', description: 'a dated run folder is made in it' }),
  task: z
    .string()
    .min(1)
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
})
export type TrainOptions = z.infer<typeof TrainOptions>

export const train = defineProcedure({
  summary: 'Fine-tune a model on slices with masks',
  input: TrainOptions,
  examples: [
    'train --data scans --out runs',
    'train --data scans --out runs --resume runs',
    'train --data scans --out runs --sanity-check',
  ],
})

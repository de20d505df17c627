import * as z from 'zod'
import { modelField, sliceAxis, strictField, threadsField } from './evaluation'

const images = z.string().min(1).meta({ placeholder: 'DIR', description: 'folder of images or volumes' })
const out = z
  .string()
  .min(1)
  .meta({ placeholder: 'DIR', description: 'folder to write into; it is made when missing' })

export const PredictOptions = z.object({
  images,
  boxes: z.string().optional().meta({
    placeholder: 'FILE.csv',
    description: 'boxes: image,x0,y0,x1,y1[,label][,slice], pixel indices, both ends inside the box',
  }),
  points: z.string().optional().meta({
    placeholder: 'FILE.csv',
    description:
      'points: image,x,y[,sign,label][,slice]; sign 1 or 0, + or -; one label of one image is one object',
  }),
  fromMasks: z.string().optional().meta({
    placeholder: 'DIR',
    description: 'label maps of the same stems: each value gives one prompt',
  }),
  auto: z
    .boolean()
    .default(false)
    .describe(
      'no prompts: a tuned model finds the objects by itself, and says which images are probably empty',
    ),
  prompt: z.enum(['box', 'point']).default('box').describe('what --from-masks derives from each value'),
  model: modelField,
  out,
  axis: sliceAxis,
  threads: threadsField,
})
export type PredictOptions = z.infer<typeof PredictOptions>

export const EmbedOptions = z.object({
  images,
  model: modelField,
  out,
  axis: sliceAxis,
  strict: strictField,
  threads: threadsField,
})
export type EmbedOptions = z.infer<typeof EmbedOptions>

import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Runs } from '../domain/annotation'
import { ModelVersion } from '../domain/model-version'
import { inProject } from './projects'
import { procedure } from './procedure'
import { onSlice } from './slices'

const ofModel = inProject.extend({ model: z.string().min(1) })

export const FileEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ event: z.literal('notice'), message: z.string() }),
  z.object({ event: z.literal('written'), file: z.string() }),
  z.object({ event: z.literal('report'), id: z.string().nullable(), files: z.array(z.string()) }),
])
export type FileEvent = z.infer<typeof FileEvent>

export const models = {
  list: procedure.input(inProject).output(z.array(ModelVersion)),
  /** From now on it answers, in this project */
  use: procedure.input(ofModel).output(z.array(ModelVersion)),
  rename: procedure
    .input(ofModel.extend({ name: z.string().trim().min(1).max(60) }))
    .output(z.array(ModelVersion)),
  /** A tuned or imported one; never the one in use */
  remove: procedure.input(ofModel).output(z.array(ModelVersion)),
  /** Markdown */
  card: procedure.input(ofModel).output(z.string()),
  import: procedure.input(inProject.extend({ file: z.string().min(1) })).output(eventIterator(FileEvent)),
  download: procedure.input(ofModel).output(eventIterator(FileEvent)),
  export: procedure
    .input(
      ofModel.extend({
        folder: z.string().min(1),
        formats: z.array(z.enum(['onnx', 'x-anylabeling', 'pth', 'safetensors', 'card'])).min(1),
      }),
    )
    .output(eventIterator(FileEvent)),
  /** What two models make of the accepted objects of one slice, with boxes around them: for the A/B wipe. */
  compare: procedure.input(onSlice.extend({ models: z.tuple([z.string(), z.string()]) })).output(
    z.object({
      truth: Runs,
      answers: z.tuple([
        z.object({ runs: Runs, dice: z.number().nullable() }),
        z.object({ runs: Runs, dice: z.number().nullable() }),
      ]),
    }),
  ),
}

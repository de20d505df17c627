import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Problem } from '../domain/problem'
import { inProject } from './projects'
import { procedure } from './procedure'

/** One file or volume of an import. */
export const ImportedItem = z.object({
  event: z.literal('item'),
  file: z.string(),
  outcome: z.enum(['ready', 'known', 'labels', 'not-supported', 'failed']),
  slices: z.int(),
  /** What to know: no spacing, an assumed group; keys of the locale, `import.note.<note>` */
  notes: z.array(
    z.enum([
      ...(['no-spacing', 'own-group', 'colour', 'labels-found', 'unknown-orientation'] as const),
      ...(['first-volume', 'gaps', 'duplicates', 'burned-in'] as const),
    ]),
  ),
  error: Problem.nullable(),
})
export type ImportedItem = z.infer<typeof ImportedItem>

export const ImportEvent = z.discriminatedUnion('event', [
  /** While files are looked for: how many there are so far */
  z.object({ event: z.literal('scan'), files: z.int() }),
  z.object({ event: z.literal('progress'), done: z.int(), total: z.int() }),
  ImportedItem,
  z.object({
    event: z.literal('report'),
    ready: z.int(),
    slices: z.int(),
    known: z.int(),
    notSupported: z.int(),
    failed: z.int(),
    labels: z.int(),
    /** Attributes that copies no longer hold, or hold otherwise: names, dates, UIDs */
    cleanedTags: z.int(),
  }),
])
export type ImportEvent = z.infer<typeof ImportEvent>

export const imports = {
  /** Reads each file once and adds what can be used; one bad file never stops the others. */
  add: procedure
    .input(
      inProject.extend({
        /** Files and folders */
        paths: z.array(z.string().min(1)).min(1).max(100_000),
        /** Copy the files into the project, or leave them where they are */
        copy: z.boolean(),
        /** Whether copies and names of DICOM files keep what identifies patients; as a rule they do not */
        keepTags: z.boolean().default(false),
      }),
    )
    .output(eventIterator(ImportEvent)),
  /** Ends of file names that can be opened, for dialogs */
  formats: procedure.output(z.array(z.object({ id: z.string(), extensions: z.array(z.string()) }))),
}

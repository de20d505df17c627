import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Problem } from '../domain/problem'
import { SeriesId } from '../domain/slice'
import { inProject } from './projects'
import { procedure } from './procedure'

/** One file of labels, and what became of it. */
export const ImportedLabels = z.object({
  event: z.literal('item'),
  file: z.string(),
  /**
   * `attached`: masks were added; `known`: all of them were there; `empty`: it holds none; `partly`: some of its pictures
   * are not in the project; `unmatched`: none is; `refused`: it cannot be used
   */
  outcome: z.enum(['attached', 'partly', 'known', 'empty', 'unmatched', 'refused']),
  /** Names of the images that it belongs to, the first ones */
  images: z.array(z.string()),
  imageCount: z.int(),
  /** Masks that were added, and the slices that they lie on */
  masks: z.int(),
  slices: z.int(),
  /** Masks that were there already: the same pixels of the same label */
  known: z.int(),
  /** Other accepted masks on these slices, which stay as they are */
  kept: z.int(),
  /** What to know; words are `labels.note.<note>` of the locale */
  notes: z.array(
    z.object({
      note: z.enum([
        ...(['by-place', 'turned', 'no-place', 'fractional', 'first-volume'] as const),
        ...(['clipped', 'empty', 'without-area', 'outside'] as const),
      ]),
      /** How many; 1 where there is nothing to count */
      count: z.int(),
    }),
  ),
  /** Parts of it that belong to no image, the first ones, and why */
  unmatched: z.array(z.object({ name: z.string(), reason: z.string() })),
  unmatchedCount: z.int(),
  error: Problem.nullable(),
})
export type ImportedLabels = z.infer<typeof ImportedLabels>

export const LabelImportEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), done: z.int(), total: z.int() }),
  ImportedLabels,
  z.object({
    event: z.literal('report'),
    files: z.int(),
    masks: z.int(),
    slices: z.int(),
    known: z.int(),
    /** Files of which something or all belongs to no image */
    unmatched: z.int(),
    refused: z.int(),
    /** Label classes that were made */
    newLabels: z.int(),
  }),
])
export type LabelImportEvent = z.infer<typeof LabelImportEvent>

export const labelImports = {
  /**
   * Attaches masks that were made elsewhere to images of the project: nothing is stored until all files are read, and one
   * undo takes all of it back.
   */
  add: procedure
    .input(
      inProject.extend({
        /** Files and folders */
        paths: z.array(z.string().min(1)).min(1).max(100_000),
        /** The only image that they may go to; null: whichever they belong to */
        series: SeriesId.nullable(),
        /** Each value of a label map is an object of the label of this name; null: values are labels */
        objectsOf: z.string().trim().min(1).max(120).nullable(),
      }),
    )
    .output(eventIterator(LabelImportEvent)),
  /** Ends of file names that can be opened, for dialogs */
  formats: procedure.output(z.array(z.object({ id: z.string(), extensions: z.array(z.string()) }))),
}

import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Problem } from '../domain/problem'
import { ExportLimit } from '../domain/export-limit'
import { inProject } from './projects'
import { procedure } from './procedure'

export const ExportFormatInfo = z.object({
  /** Name and description are `exporter.<id>.label` and `exporter.<id>.text` of the locale */
  id: z.string(),
  extensions: z.array(z.string()),
  /** JSON schema of its options */
  options: z.record(z.string(), z.unknown()),
})
export type ExportFormatInfo = z.infer<typeof ExportFormatInfo>

export const ExportReport = z.object({
  event: z.literal('report'),
  format: z.string(),
  folder: z.string(),
  /** Of the blob `export`, its zip; null where the export lies outside the project */
  id: z.string().nullable(),
  slices: z.int(),
  objects: z.int(),
  files: z.array(z.object({ file: z.string(), bytes: z.number(), sha256: z.string() })),
  skipped: z.array(Problem.extend({ name: z.string() })),
  interrupted: z.boolean(),
})
export type ExportReport = z.infer<typeof ExportReport>

export const ExportEvent = z.discriminatedUnion('event', [
  /** First of all: what the format cannot hold, with an English sentence for each */
  z.object({ event: z.literal('limits'), limits: z.array(ExportLimit.extend({ text: z.string() })) }),
  z.object({ event: z.literal('progress'), done: z.int(), total: z.int() }),
  ExportReport,
])
export type ExportEvent = z.infer<typeof ExportEvent>

const exportInput = inProject.extend({
  format: z.string(),
  options: z.record(z.string(), z.unknown()),
})

export const exports = {
  formats: procedure.output(z.array(ExportFormatInfo)),
  /** What would be written: shown before the click */
  preview: procedure
    .input(exportInput)
    .output(z.object({ slices: z.int(), objects: z.int(), labels: z.int(), leftOut: z.int() })),
  /** What the format cannot hold of it: takes longer than the counts, for it looks at the masks */
  limits: procedure.input(exportInput).output(z.array(ExportLimit)),
  /** @param folder - null: a new folder inside the project's `exports`, which a door without dialogs offers as a download */
  run: procedure
    .input(exportInput.extend({ folder: z.string().nullable() }))
    .output(eventIterator(ExportEvent)),
}

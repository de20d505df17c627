import * as z from 'zod'
import { defineCommand } from './command'

export const DeidentifyOptions = z.object({
  from: z
    .string()
    .min(1)
    .meta({ placeholder: 'DIR', description: 'folder of DICOM files, which stay as they are' }),
  out: z.string().min(1).meta({ placeholder: 'DIR', description: 'folder to make, for the copies' }),
  report: z.string().min(1).optional().meta({
    placeholder: 'FILE',
    description: 'what was removed from which copy, as .json or .csv (default: report.json among the copies)',
  }),
  keepDates: z.boolean().default(false).describe('keep dates and times; else they are removed'),
})
export type DeidentifyOptions = z.infer<typeof DeidentifyOptions>

export const deidentify = defineCommand({
  summary: 'Copy a folder of DICOM files without what identifies patients, and report what was removed',
  input: DeidentifyOptions,
  examples: [
    'deidentify --from scans --out scans-shared',
    'deidentify --from scans --out scans-shared --keep-dates --report removed.csv',
  ],
})

import * as z from 'zod'
import { threadsField } from '../domain/evaluation'
import { defineCommand } from './command'

export const DoctorOptions = z.object({ threads: threadsField })
export type DoctorOptions = z.infer<typeof DoctorOptions>

export const doctor = defineCommand({
  summary: 'Look at this computer: what SliceTune will use, and how fast it is',
  input: DoctorOptions,
  examples: ['doctor', 'doctor --json'],
})

export const DemoOptions = z.object({
  out: z.string().min(1).default('demo-output').meta({
    placeholder: 'DIR',
    description: 'a dated run folder is made in it',
  }),
  threads: threadsField,
})
export type DemoOptions = z.infer<typeof DemoOptions>

export const demo = defineCommand({
  summary: 'Fine-tune on the bundled ultrasound sample and show what it gained; takes about two minutes',
  input: DemoOptions,
  examples: ['demo', 'demo --json | tail -n 1'],
})

export const inspect = defineCommand({
  summary: 'Say what image files hold: sizes, values, spacing and place, as they are stored',
  input: z.object({
    files: z.array(z.string().min(1)).min(1).meta({
      placeholder: 'FILE',
      description: 'DICOM, NIfTI, NRRD, TIFF, PNG, JPEG, NPY or NPZ, whatever its name',
    }),
  }),
  argument: 'files',
  examples: ['inspect scan.dcm brain.nii.gz', 'inspect series/*.dcm --json'],
})

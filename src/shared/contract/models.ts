import * as z from 'zod'
import { defineProcedure } from './procedure'

export const listModels = defineProcedure({
  summary: 'List the models and whether their weights are on this computer',
  input: z.object({}),
  examples: ['models list', 'models list --json'],
})

export const importModel = defineProcedure({
  summary: 'Check a checkpoint file and add it to the models',
  input: z.object({
    file: z
      .string()
      .min(1)
      .meta({ placeholder: 'FILE', description: 'a .pth, .pt, .pt.zip or .safetensors file' }),
    id: z
      .string()
      .min(1)
      .optional()
      .meta({ placeholder: 'ID', description: 'name to give it (default: what it is recognised as)' }),
  }),
  argument: 'file',
  examples: ['models import efficient_sam_vitt.pt'],
})

export const downloadModel = defineProcedure({
  summary: "Download a model's weights from its authors, verified and resumable",
  input: z.object({
    id: z.string().min(1).meta({ placeholder: 'ID', description: 'a model ID of "slicetune models list"' }),
  }),
  argument: 'id',
  examples: ['models download efficientsam-ti'],
})

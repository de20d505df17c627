import * as z from 'zod'
import { defineCommand } from './command'

export const listModels = defineCommand({
  summary: 'List the models and whether their weights are on this computer',
  input: z.object({}),
  examples: ['models list', 'models list --json'],
})

export const importModel = defineCommand({
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

export const downloadModel = defineCommand({
  summary: "Download a model's weights from its authors, verified and resumable",
  input: z.object({
    id: z.string().min(1).meta({ placeholder: 'ID', description: 'a model ID of "slicetune models list"' }),
  }),
  argument: 'id',
  examples: ['models download efficientsam-ti'],
})

/** What a model is written as for other programs. */
export const exportFormats = ['onnx', 'x-anylabeling', 'pth', 'safetensors'] as const
export type ExportFormat = (typeof exportFormats)[number]

const formatsOf = (list: string): string[] => list.split(',').map(part => part.trim().toLowerCase())
const isFormat = (name: string): name is ExportFormat => exportFormats.some(known => known === name)

/** The formats of a list such as `onnx,pth`, each once. */
export const parseFormats = (list: string): ExportFormat[] => [...new Set(formatsOf(list).filter(isFormat))]

export const ExportOptions = z.object({
  model: z.string().min(1).meta({ placeholder: 'MODEL', description: 'a model ID or a checkpoint file' }),
  out: z.string().min(1).meta({ placeholder: 'DIR', description: 'where the files go' }),
  format: z
    .string()
    .default(exportFormats.join(','))
    .meta({ placeholder: 'LIST', description: 'which of them, with commas between' }),
  force: z.boolean().default(false).describe('replace files that are there already'),
})
export type ExportOptions = z.infer<typeof ExportOptions>

export const exportModel = defineCommand({
  summary:
    'Write a model for other programs: ONNX (labelme, X-AnyLabeling, your own code), .pth, .safetensors',
  input: ExportOptions,
  argument: 'model',
  examples: [
    'models export efficientsam-ti-medical --out exported',
    'models export runs/head-20260101-0900/medsam_lite_best.pth --out exported --format onnx,pth',
  ],
  check: ({ format }) => {
    const unknown = formatsOf(format).find(name => !isFormat(name))
    return unknown === undefined
      ? null
      : `--format takes ${exportFormats.join(', ')}, with commas between; "${unknown}" is none of them.`
  },
})

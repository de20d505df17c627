import * as z from 'zod'
import { looksLikeJson, parseJson } from './json-labels'
import type { ObjectLabel } from './label-source'
import { defineLabelSource } from './label-source'

const DatasetFile = z.object({ labels: z.record(z.string().max(1000), z.unknown()) })

/**
 * The `dataset.json` of nnU-Net (`"liver": 1`) and of the Medical Segmentation Decathlon (`"1": "liver"`): names of the
 * label maps below its folder. Regions of several values are names of none, and nnU-Net's `ignore` is no label.
 */
export const datasetJson = defineLabelSource({
  id: 'dataset-json',
  extensions: ['.json'],
  holds: 'names',
  sniff: head =>
    looksLikeJson(head, [/"labels"\s*:\s*\{/]) &&
    looksLikeJson(head, [/"(numTraining|channel_names|modality|file_ending|training)"\s*:/]),
  read: (bytes, file) => {
    const { labels } = parseJson(DatasetFile, { bytes, file, what: 'dataset.json' })
    const names = new Map<number, ObjectLabel>()
    for (const [key, entry] of Object.entries(labels)) {
      const [value, name] = typeof entry === 'string' ? [Number(key), entry] : [entry, key]
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value === 0) continue
      const isUnlabelled = name === 'ignore' && typeof entry === 'number'
      names.set(value, {
        name: name.trim() || null,
        value,
        colour: null,
        ...(isUnlabelled ? { isUnlabelled } : {}),
      })
    }
    return { kind: 'names', names }
  },
})

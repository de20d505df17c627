import { readFile } from 'node:fs/promises'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { writeNifti, writePng } from '../codecs'

/** A way to write a label map. A new one is one object here, and its condition in `labelMapExporter`. */
export interface LabelMapExporter {
  readonly id: string
  readonly extension: string
  /** @param source - the image that the labels belong to: a volume lends its grid */
  readonly encode: (labels: Tensor<'int32'>, source: string) => Promise<Uint8Array>
}

/** 8-bit grey, 16-bit where a value needs it. */
const maskPng: LabelMapExporter = {
  id: 'mask-png',
  extension: '.png',
  encode: labels => {
    const largest = labels.data.reduce((a, b) => Math.max(a, b), 0)
    const image =
      largest > 255
        ? tensor('uint16', labels.shape, Uint16Array.from(labels.data))
        : tensor('uint8', labels.shape, Uint8Array.from(labels.data))
    return Promise.resolve(writePng(image))
  },
}

/** One volume for all slices, with the affine and the codes of its source. */
const niftiLabels: LabelMapExporter = {
  id: 'nifti-labelmap',
  extension: '.nii.gz',
  encode: async (labels, source) => writeNifti(labels, await readFile(source), source),
}

export function labelMapExporter(kind: 'picture' | 'volume'): LabelMapExporter {
  return kind === 'volume' ? niftiLabels : maskPng
}

import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { writeNifti, writePng } from '../codecs'
import { niftiGrid } from '../codecs/nifti-template'

/** A way to write a label map. A new one is one object here, and its condition in `labelMapExporter`. */
export interface LabelMapExporter {
  readonly id: string
  readonly extension: string
  /**
   * @param source - the image that the labels belong to: a volume lends its grid
   * @throws AppError UNUSABLE_SLICE for a label that the format cannot hold
   */
  readonly encode: (labels: Tensor<'int32'>, source: string) => Promise<Uint8Array>
}

/** Largest label that a PNG holds. */
const largest16Bit = 65_535

/** 8-bit grey, 16-bit where a value needs it. What needs more would come out as another label, so it is refused. */
const maskPng: LabelMapExporter = {
  id: 'mask-png',
  extension: '.png',
  encode: (labels, source) => {
    const misfit = labels.data.find(label => label < 0 || label > largest16Bit)
    if (misfit !== undefined) {
      const reason = `label ${misfit} does not fit a 16-bit PNG; use NIfTI, or renumber the labels`
      return Promise.reject(new AppError('UNUSABLE_SLICE', { file: source, reason }))
    }
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
  encode: async (labels, source) => writeNifti(labels, await niftiGrid(source), source),
}

export function labelMapExporter(kind: 'picture' | 'volume'): LabelMapExporter {
  return kind === 'volume' ? niftiLabels : maskPng
}

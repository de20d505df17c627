import { countOverlap, dice } from '../../core/metrics'
import type { Segmenter } from '../../core/models/segmenter'
import { maskOfLabel } from '../../core/imaging/labels'
import { firstClick } from '../../core/prompts'
import type { Tensor } from '../../core/tensor/tensor'
import type { Prompt } from '../../shared/domain/prompt'
import type { FileCache, SliceRecord } from '../datasets'
import { loadSlice } from '../datasets'
import type { Answer } from '../figures'

export interface AnsweredSlice {
  readonly image: Tensor
  readonly truth: Uint8Array
  readonly prompt: Prompt
  readonly answer: Answer
}

/** What a model makes of one inner point of a slice's first label, for overlays. */
export async function answerWithPoint(
  record: SliceRecord,
  segmenter: Segmenter,
  files?: FileCache,
): Promise<AnsweredSlice> {
  const { image, labels, labelValues } = await loadSlice(record, files)
  const [height = 0, width = 0] = labels.shape
  const truth = maskOfLabel(labels.data, labelValues[0] ?? 0)
  const point = firstClick(truth, height, width)
  const prompt: Prompt = { box: null, points: point === null ? [] : [point] }
  const { mask } = await segmenter.segment(await segmenter.embed(image), prompt)
  return { image, truth, prompt, answer: { mask: mask.data, dice: dice(countOverlap(mask.data, truth)) } }
}

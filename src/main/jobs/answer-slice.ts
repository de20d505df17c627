import { countOverlap, dice } from '../../core/metrics'
import type { Segmenter } from '../../core/models/segmenter'
import { boxOfMask } from '../../core/imaging/box'
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

/** What a model is asked for overlays: one inner point, or the box of the label. */
export type OverlayPrompt = 'point' | 'box'

/** What a model makes of one prompt for a slice's first label, for overlays. */
export async function answerSlice(
  record: SliceRecord,
  segmenter: Segmenter,
  { kind, files }: { readonly kind: OverlayPrompt; readonly files?: FileCache },
): Promise<AnsweredSlice> {
  const { image, labels, labelValues } = await loadSlice(record, files)
  const [height = 0, width = 0] = labels.shape
  const truth = maskOfLabel(labels.data, labelValues[0] ?? 0)
  const prompt = promptFor(truth, { height, width, kind })
  const { mask } = await segmenter.segment(await segmenter.embed(image), prompt)
  return { image, truth, prompt, answer: { mask: mask.data, dice: dice(countOverlap(mask.data, truth)) } }
}

function promptFor(
  truth: Uint8Array,
  { height, width, kind }: { readonly height: number; readonly width: number; readonly kind: OverlayPrompt },
): Prompt {
  if (kind === 'box') return { box: boxOfMask(truth, height, width), points: [] }
  const point = firstClick(truth, height, width)
  return { box: null, points: point === null ? [] : [point] }
}

import type { SliceGeometry } from '../imaging/geometry'
import { restoreMask } from '../imaging/restore'
import { float32, tensor } from '../tensor/tensor'
import type { Candidate, Proposal } from './segmenter'

/**
 * The decoder's masks as candidates, best first.
 *
 * @param lowRes - [masks, side, side] logits, flat
 * @param predictedIou - [masks]
 */
export function candidatesOf(lowRes: Float32Array, predictedIou: ArrayLike<number>): Candidate[] {
  const pixels = lowRes.length / predictedIou.length
  const side = Math.sqrt(pixels)
  return Array.from(predictedIou, (iou, index) => ({
    predictedIou: iou,
    lowRes: float32([side, side], lowRes.slice(index * pixels, (index + 1) * pixels)),
  })).sort((a, b) => b.predictedIou - a.predictedIou)
}

/** The answer in every door: the candidate with the highest predicted IoU, logits >= 0, at the slice's size. */
export function proposalOf(candidates: readonly Candidate[], geometry: SliceGeometry): Proposal {
  const { height, width } = geometry
  const [best] = candidates
  const logits = best ? restoreMask(best.lowRes.data, geometry) : new Float32Array(height * width).fill(-1)
  const mask = Uint8Array.from(logits, logit => (logit >= 0 ? 1 : 0))
  return { mask: tensor('uint8', [height, width], mask), predictedIou: best?.predictedIou ?? 0, candidates }
}

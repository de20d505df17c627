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
  return {
    mask: tensor('uint8', [height, width], maskOf(logits)),
    predictedIou: best?.predictedIou ?? 0,
    candidates,
  }
}

/** Logits >= 0. */
export function maskOf(logits: Float32Array): Uint8Array {
  const mask = new Uint8Array(logits.length)
  // index < length. `from` with a function takes a hundred times as long, which a person who drags a box would feel.
  for (let index = 0; index < mask.length; index++) mask[index] = logits[index]! >= 0 ? 1 : 0
  return mask
}

import type { SliceGeometry } from '../../core/imaging/geometry'
import { restoreMask } from '../../core/imaging/restore'
import { maskOf } from '../../core/models/proposal'
import type { Proposal } from '../../core/models/segmenter'
import type { CandidateMask } from '../../shared/contract/segment'
import { encodeRuns } from '../../shared/masks/rle'
import { areaOfRuns } from '../../shared/masks/run-overlap'

/** All that the decoder offers as masks of the slice, best first. */
export function candidateMasks({ mask, candidates }: Proposal, geometry: SliceGeometry): CandidateMask[] {
  return candidates.map(({ lowRes, predictedIou }, index) => {
    // The best one is restored already.
    const pixels = index === 0 ? mask.data : maskOf(restoreMask(lowRes.data, geometry))
    const runs = encodeRuns(pixels)
    return { runs, areaPx: areaOfRuns(runs), predictedIou }
  })
}

/**
 * How much of a mask stays when the threshold is moved: pixels with logits of at least 1, as a part of those with at
 * least -1.
 *
 * @param logits - [height, width]
 * @returns in [0, 1]; null where no pixel reaches -1
 * @see Kirillov et al. 2023, "Segment Anything", appendix B: stability
 */
export function stabilityOf(logits: Float32Array): number | null {
  let [sure, likely] = [0, 0]
  for (const logit of logits) {
    if (logit >= 1) sure++
    if (logit >= -1) likely++
  }
  return likely === 0 ? null : sure / likely
}

import { restoreMask } from '../../core/imaging/restore'
import type { Finder } from '../../core/models/finder/finder'
import type { Embedding, Proposal, Segmenter } from '../../core/models/segmenter'
import { decodeRuns, encodeRuns } from '../../shared/masks/rle'
import { areaOfRuns } from '../../shared/masks/run-overlap'
import type { FoundObject } from '../jobs/find-objects'
import { findObjects } from '../jobs/find-objects'
import { stabilityOf } from './candidate-masks'
import type { FoundMask, FoundOnSlice } from './inference'

export interface FindTask {
  readonly segmenter: Segmenter
  readonly finder: Finder
  readonly embedding: Embedding
  readonly neighbours: readonly FoundMask[]
}

/** What the finder sees, each mask with its stability. */
export async function foundOnSlice(task: FindTask): Promise<FoundOnSlice> {
  const { finder, embedding } = task
  const { geometry } = embedding
  const segmenter = new RememberingSegmenter(task.segmenter)
  const pixels = geometry.height * geometry.width
  const neighbours = task.neighbours.map(({ runs, ...known }) => ({
    ...known,
    mask: decodeRuns(runs, pixels),
  }))
  const { objects, findings } = await findObjects({ segmenter, finder }, embedding, neighbours)
  const foundMask = ({ mask, label, box, predictedIou, fromNeighbour }: FoundObject): FoundMask => {
    const best = segmenter.proposalOf(mask)?.candidates[0]
    const runs = encodeRuns(mask)
    return {
      ...{ label, box, predictedIou, fromNeighbour, runs },
      areaPx: areaOfRuns(runs),
      stability: best ? stabilityOf(restoreMask(best.lowRes.data, geometry)) : null,
    }
  }
  return {
    objects: objects.map(foundMask),
    probablyEmpty: findings.every(({ probablyEmpty }) => probablyEmpty),
  }
}

/** Keeps the logits behind each mask that it gives. */
class RememberingSegmenter implements Segmenter {
  readonly preprocessing
  readonly offersClicks
  readonly #segmenter: Segmenter
  readonly #proposals = new Map<Uint8Array, Proposal>()

  constructor(segmenter: Segmenter) {
    this.#segmenter = segmenter
    this.preprocessing = segmenter.preprocessing
    this.offersClicks = segmenter.offersClicks
  }

  proposalOf(mask: Uint8Array): Proposal | undefined {
    return this.#proposals.get(mask)
  }

  embed(...input: Parameters<Segmenter['embed']>): Promise<Embedding> {
    return this.#segmenter.embed(...input)
  }

  async segment(...asked: Parameters<Segmenter['segment']>): Promise<Proposal> {
    const proposal = await this.#segmenter.segment(...asked)
    this.#proposals.set(proposal.mask.data, proposal)
    return proposal
  }

  dispose(): Promise<void> {
    return this.#segmenter.dispose()
  }
}

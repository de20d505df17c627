import { countOverlap, dice, meanOfDefined } from '../../core/metrics'
import { AppError } from '../../shared/errors'
import type { RunLengths } from '../../shared/masks/rle'
import { decodeRuns, encodeRuns } from '../../shared/masks/rle'
import type { Inference, ModelName } from '../inference/inference'
import type { ProjectSession } from '../projects/project-session'
import { shownPlane, shownRuns } from '../projects/shown-plane'
import { sliceSource } from '../projects/slice-source'

export interface ComparedAnswer {
  /** All objects together */
  readonly runs: number[]
  /** Mean over the objects; null without any */
  readonly dice: number | null
}

export interface Comparison {
  readonly truth: number[]
  readonly answers: [ComparedAnswer, ComparedAnswer]
}

interface CompareWorld {
  readonly inference: Inference
  readonly models: readonly [ModelName, ModelName]
  readonly signal?: AbortSignal | undefined
}

/** What two models make of the accepted objects of a slice, with the boxes around them, as it is shown. @throws AppError NO_SUCH_ITEM */
export async function compareModels(
  session: ProjectSession,
  sliceId: number,
  { inference, models, signal }: CompareWorld,
): Promise<Comparison> {
  const slice = session.store.slices.get(sliceId)
  if (!slice) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(sliceId) })
  const pixels = slice.width * slice.height
  const objects = session.store.annotations
    .ofSlice(sliceId)
    .flatMap(({ status, box, runs }) => (status === 'accepted' && box ? [{ box, runs }] : []))
  const source = sliceSource(session, sliceId)
  const plane = shownPlane(session, sliceId)
  const answer = async (model: ModelName): Promise<ComparedAnswer> => {
    const masks: RunLengths[] = []
    for (const { box } of objects) {
      const [best] = await inference.segment(model, source, { box, points: [] }, { signal })
      if (best) masks.push(best.runs)
    }
    const scores = masks.map((mask, index) => diceOf(mask, objects[index]?.runs ?? [pixels], pixels))
    return { runs: shownRuns(plane, union(masks, pixels)), dice: meanOfDefined(scores) }
  }
  const [one, other] = models
  const truth = union(
    objects.map(({ runs }) => runs),
    pixels,
  )
  return { truth: shownRuns(plane, truth), answers: [await answer(one), await answer(other)] }
}

const diceOf = (mask: RunLengths, truth: RunLengths, pixels: number): number | null =>
  dice(countOverlap(decodeRuns(mask, pixels), decodeRuns(truth, pixels)))

function union(masks: readonly RunLengths[], pixels: number): number[] {
  const all = new Uint8Array(pixels)
  for (const mask of masks) decodeRuns(mask, pixels).forEach((value, pixel) => (all[pixel] ||= value))
  return encodeRuns(all)
}

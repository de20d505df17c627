import type { Prompt, PromptPoint } from '../../shared/domain/prompt'
import type { SliceGeometry } from '../imaging/geometry'
import { restoreMask } from '../imaging/restore'
import { float32 } from '../tensor/tensor'
import type { Candidate } from './segmenter'

export interface RedClickWorld {
  readonly geometry: SliceGeometry
  /** Candidates for a prompt without red clicks */
  readonly decode: (prompt: Prompt) => Promise<readonly Candidate[]>
  /** Whether the red clicks went to the model with the rest, which then had its chance to mind them */
  readonly knowsRed: boolean
}

/** Half the width of the smallest hole that a red click makes, as a part of the slice's longer side. */
const holeRadius = 0.02
/** Cells on either side of the click's that bicubic interpolation can look at when the mask goes back to the slice. */
const reach = 2
/** Logit of a cell that a red click takes away: a probability of 2 %. */
const taken = -4

/** A prompt for weights that know no red clicks. */
export function withoutRed({ box, points }: Prompt): Prompt {
  return { box, points: points.filter(({ sign }) => sign === 'positive') }
}

/**
 * Makes every red click remove what lies under it, from each candidate. Where the model left something there, or knows
 * nothing of red clicks, these are decoded as an object of their own, which is taken away; where a click is still
 * covered then, so is a small disc around it. Logits are changed, so that masks made from them at any time agree.
 *
 * @param found - candidates for the prompt, or for its box and green clicks alone where the model knows no more
 */
export async function removeRed(
  found: readonly Candidate[],
  { box, points }: Prompt,
  { geometry, decode, knowsRed }: RedClickWorld,
): Promise<readonly Candidate[]> {
  const red = points.filter(({ sign }) => sign === 'negative')
  if (red.length === 0) return found
  const green = points.filter(({ sign }) => sign === 'positive')
  const isCovered = (candidate: Candidate): boolean => coveredOf(candidate, red, geometry).length > 0
  if (knowsRed && !found.some(isCovered)) return found
  const asGreen = red.map(({ x, y }): PromptPoint => ({ x, y, sign: 'positive' }))
  const pieces = (await decode({ box: null, points: asGreen })).filter(
    // A piece with a green click in it, or without any red one, is another object than the one meant.
    piece => isCovered(piece) && coveredOf(piece, green, geometry).length === 0,
  )
  return found.map(candidate => {
    if (knowsRed && !isCovered(candidate)) return candidate
    const piece = pieces.find(one => box === null || leavesMost(candidate, one))
    const rest = piece ? minus(candidate, piece) : candidate
    return pierced(rest, coveredOf(rest, red, geometry), geometry)
  })
}

/** The clicks on the candidate's mask at the slice's size. */
function coveredOf(
  { lowRes }: Candidate,
  clicks: readonly PromptPoint[],
  geometry: SliceGeometry,
): readonly PromptPoint[] {
  if (clicks.length === 0) return []
  const logits = restoreMask(lowRes.data, geometry)
  return clicks.filter(click => {
    const [x, y] = pixelOf(click, geometry)
    return (logits[y * geometry.width + x] ?? -1) >= 0
  })
}

/** The pixel under a click; on the far edge of the slice, half a pixel from the last centre, the last one. */
function pixelOf({ x, y }: PromptPoint, { height, width }: SliceGeometry): [number, number] {
  const within = (place: number, count: number): number => Math.min(count - 1, Math.max(0, Math.round(place)))
  return [within(x, width), within(y, height)]
}

/** Whether half of the mask or more stays: what takes away more is the object itself. */
function leavesMost(mask: Candidate, piece: Candidate): boolean {
  const [a, b] = [mask.lowRes.data, piece.lowRes.data]
  let [cells, lost] = [0, 0]
  a.forEach((logit, cell) => {
    if (logit < 0) return
    cells++
    if ((b[cell] ?? -1) >= 0) lost++
  })
  return 2 * lost <= cells
}

/** What is in the mask and not in the piece. */
function minus(mask: Candidate, piece: Candidate): Candidate {
  const logits = mask.lowRes.data.map((logit, cell) => Math.min(logit, -(piece.lowRes.data[cell] ?? 0)))
  return { ...mask, lowRes: float32(mask.lowRes.shape, logits) }
}

/** Takes away a disc around each click: as wide as `holeRadius`, or as interpolation needs to see none of the mask. */
function pierced(mask: Candidate, clicks: readonly PromptPoint[], geometry: SliceGeometry): Candidate {
  if (clicks.length === 0) return mask
  const { height, width, resolution, fittedHeight, fittedWidth } = geometry
  const logits = mask.lowRes.data.slice()
  const side = mask.lowRes.shape[0] ?? 0
  // Cells a pixel of the slice, across and down
  const [across, down] = [fittedWidth / width, fittedHeight / height].map(
    scale => (scale * side) / resolution,
  ) as [number, number]
  const radius = Math.max(1, holeRadius * Math.max(height, width))
  for (const click of clicks) {
    const [x, y] = pixelOf(click, geometry)
    const [u, v] = [(x + 0.5) * across, (y + 0.5) * down]
    for (let cell = 0; cell < logits.length; cell++) {
      const [du, dv] = [(cell % side) + 0.5 - u, Math.floor(cell / side) + 0.5 - v]
      const isInDisc = (du / (radius * across)) ** 2 + (dv / (radius * down)) ** 2 <= 1
      if (isInDisc || Math.max(Math.abs(du), Math.abs(dv)) <= reach + 0.5) logits[cell] = taken
    }
  }
  return { ...mask, lowRes: float32(mask.lowRes.shape, logits) }
}

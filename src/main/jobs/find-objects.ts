import type { Finder, Finding } from '../../core/models/finder/finder'
import type { Embedding, Proposal, Segmenter } from '../../core/models/segmenter'
import { boxOfMask } from '../../core/imaging/box'
import type { Box } from '../../shared/domain/prompt'

/** What finds and outlines objects where nobody drew a box. */
export interface FindingModel {
  readonly segmenter: Segmenter
  readonly finder: Finder
}

export interface FoundObject {
  /** null: one of many alike objects */
  readonly label: number | null
  readonly box: Box
  /** 0 or 1, [height, width] of the slice */
  readonly mask: Uint8Array
  readonly predictedIou: number
  /** Whether its box came from the neighbouring slice's mask */
  readonly fromNeighbour: boolean
}

export interface FoundSlice {
  readonly findings: readonly Finding[]
  readonly objects: readonly FoundObject[]
}

/** Added to a neighbour's box on every side, as a part of its size: objects change from slice to slice. */
const neighbourMargin = 0.1
/** Two objects of one class that share more of the smaller one than this are one. */
const sameObject = 0.7

/**
 * Boxes of the finder, each turned into a mask. In a volume the box of the neighbouring slice's mask competes with the
 * finder's by predicted IoU. A class of which the slice is probably empty has no objects.
 *
 * @param neighbours - objects of the slice before, in a volume
 */
export async function findObjects(
  { segmenter, finder }: FindingModel,
  embedding: Embedding,
  neighbours: readonly FoundObject[] = [],
): Promise<FoundSlice> {
  const findings = await finder.find(embedding)
  const objects: FoundObject[] = []
  for (const finding of findings) {
    if (finding.probablyEmpty) continue
    const candidates: FoundObject[] = []
    for (const { box } of finding.boxes) {
      candidates.push(await outlined({ segmenter, embedding }, box, finding.label, false))
    }
    for (const { mask, label } of neighbours) {
      const { height, width } = embedding.geometry
      const box = label === finding.label ? boxOfMask(mask, height, width) : null
      if (!box) continue
      const wide = widened(box, { height, width })
      candidates.push(await outlined({ segmenter, embedding }, wide, label, true))
    }
    objects.push(...distinct(candidates))
  }
  return { findings, objects }
}

async function outlined(
  { segmenter, embedding }: { readonly segmenter: Segmenter; readonly embedding: Embedding },
  box: Box,
  label: number | null,
  fromNeighbour: boolean,
): Promise<FoundObject> {
  const { mask, predictedIou }: Proposal = await segmenter.segment(embedding, { box, points: [] })
  return { label, box, mask: mask.data, predictedIou, fromNeighbour }
}

function widened(
  { x0, y0, x1, y1 }: Box,
  { height, width }: { readonly height: number; readonly width: number },
): Box {
  const [dx, dy] = [Math.ceil((x1 - x0 + 1) * neighbourMargin), Math.ceil((y1 - y0 + 1) * neighbourMargin)]
  return {
    x0: Math.max(0, x0 - dx),
    y0: Math.max(0, y0 - dy),
    x1: Math.min(width - 1, x1 + dx),
    y1: Math.min(height - 1, y1 + dy),
  }
}

/** Of candidates that show one object only the one with the highest predicted IoU; empty masks are no objects. */
function distinct(candidates: readonly FoundObject[]): FoundObject[] {
  const kept: { object: FoundObject; size: number }[] = []
  for (const object of [...candidates].sort((a, b) => b.predictedIou - a.predictedIou)) {
    const size = object.mask.reduce((sum, value) => sum + value, 0)
    if (size === 0) continue
    const isKnown = kept.some(
      other => shared(object.mask, other.object.mask) > sameObject * Math.min(size, other.size),
    )
    if (!isKnown) kept.push({ object, size })
  }
  return kept.map(({ object }) => object)
}

/** Pixels that both masks have. */
function shared(a: Uint8Array, b: Uint8Array): number {
  let count = 0
  for (let pixel = 0; pixel < a.length; pixel++) count += (a[pixel] ?? 0) & (b[pixel] ?? 0)
  return count
}

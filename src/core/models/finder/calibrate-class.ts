import type { FinderClass } from '../../../shared/domain/finder'
import type { SliceGeometry } from '../../imaging/geometry'
import { boxAgreement } from './box-overlap'
import type { CoarseTarget } from './coarse-target'
import { findBoxes } from './find-boxes'
import type { PresenceCase } from './presence'
import { calibratePresence, presenceScore } from './presence'

/** What a finder said of one class in a slice that it had not seen. */
export interface HeldOutCase extends PresenceCase {
  /** Agreement of found boxes and true ones at each of `thresholds`; null where there is nothing to find */
  readonly agreements: readonly number[] | null
}

/** Cuts that are tried. */
const thresholds = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
/** What is used where nothing could be tried, and what a rival must beat. */
const middle = 0.5
/** An agreement higher by less is chance. */
const clearGain = 0.02
/** Objects below this part of the smallest one seen are noise ... */
const partOfSmallest = 0.25
/** ... but no object larger than so many cells is dropped on that ground. */
const mostMinCells = 4

const planeOf = (cells: Float32Array, index: number, classes: number): Float32Array => {
  const size = cells.length / classes
  return cells.subarray(index * size, (index + 1) * size)
}

/** @returns null where nobody looked for the class in this slice */
export function heldOutCase(
  map: Float32Array,
  geometry: SliceGeometry,
  target: CoarseTarget,
  index: number,
): HeldOutCase | null {
  const classes = target.cells.length / map.length
  if (!planeOf(target.weights, index, classes).some(weight => weight > 0)) return null
  const truth = planeOf(target.cells, index, classes)
  const hasObject = truth.some(cell => cell > 0)
  const wanted = boxesAt(truth, geometry, middle)
  const agreements =
    wanted.length > 0
      ? thresholds.map(threshold => boxAgreement(boxesAt(map, geometry, threshold), wanted))
      : null
  return { score: presenceScore(map, geometry), hasObject, agreements }
}

const boxesAt = (map: Float32Array, geometry: SliceGeometry, threshold: number) =>
  findBoxes(map, geometry, { threshold, minCells: 0.5 }).map(found => found.box)

/** Cells of the smallest object of one class in a slice; null where there is none. */
export function smallestObject(
  target: CoarseTarget,
  geometry: SliceGeometry,
  index: number,
  classes: number,
): number | null {
  const truth = planeOf(target.cells, index, classes)
  const found = findBoxes(truth, geometry, { threshold: middle, minCells: 0 })
  return found.length > 0 ? Math.min(...found.map(part => part.cells)) : null
}

/**
 * How the maps of a class are read: the cut whose boxes agree best with the true ones of held-out slices (the middle
 * one unless another is clearly better), the size below which parts are noise, and the limit of "probably empty".
 *
 * @param smallest - cells of the smallest object to learn from; null: there was none
 */
export function calibrateClass(
  cases: readonly HeldOutCase[],
  smallest: number | null,
): Omit<FinderClass, 'label'> {
  return {
    threshold: bestCut(cases),
    minCells: Math.min(mostMinCells, partOfSmallest * (smallest ?? 1)),
    presence: calibratePresence(cases),
  }
}

function bestCut(cases: readonly HeldOutCase[]): number {
  const scored = cases.flatMap(item => (item.agreements ? [item.agreements] : []))
  if (scored.length === 0) return middle
  const means = thresholds.map(
    (_, at) => scored.reduce((sum, agreements) => sum + (agreements[at] ?? 0), 0) / scored.length,
  )
  const best = means.indexOf(Math.max(...means))
  const usual = means[thresholds.indexOf(middle)] ?? 0
  return (means[best] ?? 0) > usual + clearGain ? (thresholds[best] ?? middle) : middle
}

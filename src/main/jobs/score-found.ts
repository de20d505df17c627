import { maskOfLabel } from '../../core/imaging/labels'
import { countOverlap, dice } from '../../core/metrics'
import type { FoundObject } from './find-objects'

/** How well a slice's truth was found, for each of its label values. */
export interface FoundScore {
  readonly value: number
  /** The mask that stands for the value: [height, width], all 0 where nothing was found for it */
  readonly mask: Uint8Array
}

/**
 * The found mask of each label value. Of a class it is all that was found of the class. The objects of an instance map
 * are paired with the values one to one, those first that overlap best.
 *
 * @param labels - [height, width]
 * @param values - of the labels, other than 0
 */
export function matchFound(
  labels: Int32Array,
  values: readonly number[],
  objects: readonly FoundObject[],
): FoundScore[] {
  const paired = pairsOf(
    labels,
    values,
    objects.filter(({ label }) => label === null),
  )
  return values.map(value => {
    const ofClass = objects.filter(({ label }) => label === value)
    const own = paired.get(value)
    return { value, mask: unionOf(own ? [...ofClass, own] : ofClass, labels.length) }
  })
}

/** The object that stands for each value, where one touches it. */
function pairsOf(
  labels: Int32Array,
  values: readonly number[],
  objects: readonly FoundObject[],
): Map<number, FoundObject> {
  const scored = values
    .flatMap(value => {
      const truth = maskOfLabel(labels, value)
      return objects.map(object => ({ value, object, score: dice(countOverlap(object.mask, truth)) ?? 0 }))
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const paired = new Map<number, FoundObject>()
  const taken = new Set<FoundObject>()
  for (const { value, object } of scored) {
    if (paired.has(value) || taken.has(object)) continue
    paired.set(value, object)
    taken.add(object)
  }
  return paired
}

function unionOf(objects: readonly FoundObject[], pixels: number): Uint8Array {
  const union = new Uint8Array(pixels)
  for (const { mask } of objects) {
    for (let pixel = 0; pixel < pixels; pixel++) union[pixel] = (union[pixel] ?? 0) | (mask[pixel] ?? 0)
  }
  return union
}

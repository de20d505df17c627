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
 * The found mask of each label value. Of a class it is all that was found of the class; of an instance map each value
 * gets the object that overlaps it most, and each object stands for one value at most.
 *
 * @param labels - [height, width]
 * @param values - of the labels, other than 0
 */
export function matchFound(
  labels: Int32Array,
  values: readonly number[],
  objects: readonly FoundObject[],
): FoundScore[] {
  const free = new Set(objects.filter(({ label }) => label === null))
  return values.map(value => {
    const ofClass = objects.filter(({ label }) => label === value)
    if (free.size === 0 || ofClass.length > 0) return { value, mask: unionOf(ofClass, labels.length) }
    const truth = maskOfLabel(labels, value)
    const [best] = [...free]
      .map(object => ({ object, score: dice(countOverlap(object.mask, truth)) ?? 0 }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
    if (!best) return { value, mask: new Uint8Array(labels.length) }
    free.delete(best.object)
    return { value, mask: best.object.mask }
  })
}

function unionOf(objects: readonly FoundObject[], pixels: number): Uint8Array {
  const union = new Uint8Array(pixels)
  for (const { mask } of objects) {
    for (let pixel = 0; pixel < pixels; pixel++) union[pixel] = (union[pixel] ?? 0) | (mask[pixel] ?? 0)
  }
  return union
}

import { AppError } from '../../shared/errors'
import type { LabelNames, ObjectLabel } from '../label-sources'

/** Unnamed values of a label map that are taken for labels: FreeSurfer has a hundred, photographs more. */
const mostUnnamed = 200

/** What the values of one label map mean. */
export interface LabelWords {
  /** @returns null for what is no label. @param values - all of its slice. @throws AppError UNUSABLE_SLICE for more values than anybody has labels */
  of(value: number, values: readonly number[]): ObjectLabel | null
}

/** @param objectsOf - every value is an object of this label; null: values are labels */
export function createLabelWords(file: string, names: LabelNames, objectsOf: string | null): LabelWords {
  const unnamed = new Set<number>()
  return {
    of: (value, values) => {
      const known = names.get(value)
      if (known?.isUnlabelled === true) return null
      if (objectsOf !== null) return { name: objectsOf, value: null, colour: null }
      if (known) return known
      unnamed.add(value)
      if (unnamed.size > mostUnnamed) {
        const reason =
          `it holds more than ${mostUnnamed} different values without names, as photographs do; if each of them is an ` +
          `object, import it with the label that they all have`
        throw new AppError('UNUSABLE_SLICE', { file, reason })
      }
      // 255 alone is how many programs write yes.
      const own = value === 255 && values.length === 1 ? 1 : value
      return names.get(own) ?? { name: null, value: own, colour: null }
    },
  }
}

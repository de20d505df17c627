import type { LabelClass } from '../../../shared/domain/label-class'
import type { Size } from './viewport'

/** Objects that cover more than this part of a slice would hide it: their fill is fainter. */
const largePart = 0.1
const largeFaintness = 0.7

/**
 * How opaque a mask's fill is, in [0, 1]: as its label says, else as all are.
 *
 * @param areaPx - pixels of the mask
 * @param size - of the slice, in pixels
 * @param general - of labels that say nothing, in [0, 1]
 */
export function fillOpacity(
  { opacity }: Pick<LabelClass, 'opacity'>,
  { areaPx, size, general }: { readonly areaPx: number; readonly size: Size; readonly general: number },
): number {
  if (opacity !== null) return opacity
  return areaPx > largePart * size.width * size.height ? general * largeFaintness : general
}

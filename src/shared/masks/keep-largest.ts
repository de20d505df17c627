import { labelComponents, largestComponent } from './components'

/**
 * The largest connected part (over sides and corners), the first of equals.
 *
 * @param mask - [height, width], non-zero is foreground
 * @returns 0 or 1, a new array; empty for an empty mask
 * @throws RangeError when the mask does not fill height x width
 */
export function keepLargest(mask: Uint8Array, height: number, width: number): Uint8Array {
  return largestComponent(labelComponents(mask, height, width)) ?? new Uint8Array(mask.length)
}

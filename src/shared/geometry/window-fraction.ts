import type { WindowLevel } from '../domain/window-level'

/**
 * Where a value lies between black (0) and white (1).
 *
 * Whole numbers by DICOM's LINEAR, in which the two ends of the window are values that occur; other numbers, for which
 * that would lose one unit of the width, by its LINEAR_EXACT.
 *
 * @param isWhole - whether the slice's values are whole numbers
 * @returns a function from a value to [0, 1]
 * @see DICOM PS3.3 C.11.2.1.2.1 and C.11.2.1.3.2
 */
export function windowFraction({ centre, width }: WindowLevel, isWhole: boolean): (value: number) => number {
  const isExact = !isWhole || width <= 1
  const middle = isExact ? centre : centre - 0.5
  const span = isExact ? width : width - 1
  return value => Math.min(1, Math.max(0, (value - middle) / span + 0.5))
}

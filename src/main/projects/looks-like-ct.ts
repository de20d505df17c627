/**
 * NIfTI has no word for Hounsfield units; air at about -1000 is what only CT has.
 *
 * @param range - smallest and largest of the true values
 */
export function looksLikeCt(type: string, [least, most]: readonly [number, number]): boolean {
  return type !== 'uint8' && least <= -500 && least >= -5000 && most < 40_000
}

import { labelPalette } from '../../shared/domain/label-palette'

/**
 * @param colour - index of the palette, from 1
 * @returns red, green and blue from 0 to 1
 */
export function labelColour(colour: number): [number, number, number] {
  const [red, green, blue] = labelPalette[(colour - 1) % labelPalette.length] ?? [255, 255, 255]
  return [red / 255, green / 255, blue / 255]
}

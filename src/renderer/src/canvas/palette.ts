import { labelPalette } from '../../../shared/domain/label-palette'
import type { Colour } from './mask-picture'

/** @param index - of the palette, from 1 */
export function labelColour(index: number): Colour {
  return labelPalette[(index - 1) % labelPalette.length] ?? [0xff, 0xff, 0xff]
}

export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`
}

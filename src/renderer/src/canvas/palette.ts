import type { Colour } from './mask-picture'

/** `--label-1` to `--label-8` of tokens.css: colours of pixels, the same in both themes. */
const palette: readonly Colour[] = [
  [0x22, 0xd3, 0xee],
  [0xfb, 0xbf, 0x24],
  [0xb7, 0x94, 0xf6],
  [0x5b, 0x9d, 0xff],
  [0xf4, 0x72, 0xb6],
  [0xa3, 0xe6, 0x35],
  [0xfb, 0x92, 0x3c],
  [0x2d, 0xd4, 0xbf],
]

/** @param index - of the palette, from 1 */
export function labelColour(index: number): Colour {
  return palette[(index - 1) % palette.length] ?? [0xff, 0xff, 0xff]
}

export function cssColour([red, green, blue]: Colour): string {
  return `rgb(${red} ${green} ${blue})`
}

/** The colours of labels on slices, by the order of `--label-N` in tokens.css. */
const palette = [
  ...['#22d3ee', '#fbbf24', '#b794f6', '#5b9dff'],
  ...['#f472b6', '#a3e635', '#fb923c', '#2dd4bf'],
] as const

/**
 * @param colour - index of the palette, from 1
 * @returns red, green and blue from 0 to 1
 */
export function labelColour(colour: number): [number, number, number] {
  const hex = palette[(colour - 1) % palette.length] ?? palette[0]
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16) / 255
  return [part(1), part(3), part(5)]
}

/** One line of a chart; the same values stand in its table. */
export interface ChartLine {
  readonly label: string
  /** Token of tokens.css, such as `--c-val` */
  readonly colour: string
  readonly width: number
  readonly dash?: readonly number[]
  /** By x; null: there is none */
  readonly values: readonly (number | null)[]
}

export interface Chart {
  readonly lines: readonly ChartLine[]
  /** Ascending whole numbers */
  readonly x: readonly number[]
  /** Planned end of x: the empty part is what is left */
  readonly xMax: number
  /** What y covers at least; it grows with the values and never shrinks */
  readonly yLeast: readonly [low: number, high: number]
  readonly format: (value: number) => string
  /** A level to compare with, such as the base's Dice */
  readonly level?: { readonly value: number; readonly label: string } | null
  /** Marked by a dotted line; on `line` also by a diamond */
  readonly best?: { readonly x: number; readonly label: string; readonly line: number | null } | null
}

/** y from the least range to whatever the values reach, with a little air above. */
export function yRange({ lines, yLeast, level }: Chart): [number, number] {
  const values = lines.flatMap(({ values: all }) => all.filter(value => value !== null))
  if (level) values.push(level.value)
  const low = Math.min(yLeast[0], ...values)
  const high = Math.max(yLeast[1], ...values)
  const air = high > yLeast[1] ? 0.05 * (high - low) : 0
  return [low, high + air]
}

/** The last value of a line; null without any. */
export function lastOf({ values }: ChartLine): { readonly index: number; readonly value: number } | null {
  for (let index = values.length - 1; index >= 0; index--) {
    const value = values[index] ?? null
    if (value !== null) return { index, value }
  }
  return null
}

/** @returns null when nothing is defined */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter(value => value !== null)
  return defined.length === 0 ? null : defined.reduce((total, value) => total + value, 0) / defined.length
}

/** Two digits, or a dash where there is no value. */
export function formatMean(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(2)
}

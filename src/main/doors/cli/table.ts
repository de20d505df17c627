/**
 * Columns padded to their widest cell; numbers (cells that start with a digit or a dash) stand to the right.
 *
 * @returns one string per row, the header first
 */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map(row => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = cells[column] ?? ''
        return column > 0 && /^[-–\d]/.test(cell) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [line(header), widths.map(width => '─'.repeat(width)).join('  '), ...rows.map(line)]
}

/** Three decimals, or a dash where there is no value. */
export function formatScore(value: number | null, digits = 3): string {
  return value === null ? '–' : value.toFixed(digits)
}

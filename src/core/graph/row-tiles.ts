import type { OpBuilder, Value } from './op'

/** What is computed on a tile of rows. `whole` brings in a value that every tile sees, such as a weight. */
export type RowFunction = (
  g: OpBuilder,
  rows: readonly Value[],
  whole: (value: Value) => Value,
) => readonly Value[]

/** The longest tile up to `most` rows that divides the rows; a single row always does. */
export function tileRows(rows: number, most: number): number {
  for (let tile = Math.min(rows, most); tile > 1; tile--) if (rows % tile === 0) return tile
  return 1
}

/**
 * Computes row by row, in tiles of at most `most` rows, so that nothing between inputs and outputs is as long as they
 * are. `compute` may mix what stands in a row, never rows.
 *
 * @param rows - arrays with the same number of rows on axis 0
 * @param most - rows a tile at most; null: all rows at once, without a loop
 */
export function inRowTiles(
  g: OpBuilder,
  rows: readonly Value[],
  most: number | null,
  compute: RowFunction,
): readonly Value[] {
  const count = rows[0]?.shape[0] ?? 1
  const tile = most === null ? count : tileRows(count, most)
  if (tile === count) return compute(g, rows, value => value)
  const body = g.nested()
  const tiles = rows.map((value, index) => body.input(`row${index}`, [tile, ...value.shape.slice(1)]))
  const wholes = new Map<Value, Value>()
  const whole = (value: Value): Value => {
    const inner = wholes.get(value) ?? body.input(`whole${wholes.size}`, value.shape)
    wholes.set(value, inner)
    return inner
  }
  const outputs = compute(body, tiles, whole)
  return g.ops('ScanRows', [...rows, ...wholes.keys()], {
    body: body.body(outputs),
    tile,
    states: 0,
    rows: rows.length,
  })
}

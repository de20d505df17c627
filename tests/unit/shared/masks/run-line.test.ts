import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { lineOf } from '../../../../src/shared/masks/run-line'

test.prop([
  fc.integer({ min: 1, max: 8 }).chain(width =>
    fc.record({
      width: fc.constant(width),
      rows: fc.array(fc.array(fc.constantFrom(0, 1), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 8,
      }),
      at: fc.nat(),
    }),
  ),
])('a row and a column are read without decoding the mask', ({ width, rows, at }) => {
  const mask = Uint8Array.from(rows.flat())
  const runs = encodeRuns(mask)
  const [x, y] = [at % width, at % rows.length]

  expect([...lineOf(runs, { start: y * width, step: 1, length: width })]).toEqual(rows[y])
  expect([...lineOf(runs, { start: x, step: width, length: rows.length })]).toEqual(rows.map(row => row[x]))
})

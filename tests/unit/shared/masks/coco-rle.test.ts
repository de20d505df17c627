import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { columnRuns, compressRuns, maskOfColumnRuns } from '../../../../src/shared/masks/coco-rle'
import { decodeRuns } from '../../../../src/shared/masks/rle'

const Golden = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      height: z.int(),
      width: z.int(),
      runs: z.array(z.int()),
      counts: z.string(),
      columns: z.array(z.int()),
    }),
  ),
})
const file = join(import.meta.dirname, '../../../fixtures/coco-rle/golden.json')
const { cases } = Golden.parse(JSON.parse(readFileSync(file, 'utf8')))

describe('run lengths of COCO', () => {
  test.each(cases)('are those of pycocotools: $name', ({ height, width, runs, counts, columns }) => {
    const mask = decodeRuns(runs, height * width)

    const found = columnRuns(mask, height, width)

    expect(found).toEqual(columns)
    expect(compressRuns(found)).toBe(counts)
    // Compared as bytes: half a million of them take seconds one by one.
    expect(Buffer.compare(maskOfColumnRuns(found, height, width), mask)).toBe(0)
  })

  test('has a golden for empty, full and holed masks', () => {
    expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(['empty', 'full', 'ring', 'noise']))
  })

  propertyTest.prop([
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 12 }),
    fc.infiniteStream(fc.boolean()),
  ])('come back as the mask that they were made of', (height, width, bits) => {
    const mask = Uint8Array.from({ length: height * width }, () => (bits.next().value === true ? 1 : 0))

    expect(maskOfColumnRuns(columnRuns(mask, height, width), height, width)).toEqual(mask)
  })

  test('refuses runs that do not fill the mask', () => {
    expect(() => maskOfColumnRuns([3, 2], 2, 3)).toThrow(RangeError)
  })
})

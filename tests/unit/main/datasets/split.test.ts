import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { SliceRecord } from '../../../../src/main/datasets'
import { splitByGroup } from '../../../../src/main/datasets'

const record = (group: string, index: number): SliceRecord => ({
  id: `${group}#${index}`,
  name: `${group}-${index}`,
  group,
  split: null,
  imageFile: `${group}.nii.gz`,
  maskFile: `${group}.nii.gz`,
  sliceIndex: index,
  axis: 2,
  spacingMm: null,
})

/** `sizes[i]` slices of group i. */
const records = (sizes: readonly number[]): SliceRecord[] =>
  sizes.flatMap((size, group) => Array.from({ length: size }, (_, index) => record(`p${group}`, index)))

const options = { validationFraction: 0.2, seed: 1, allowSharedGroup: false, file: 'data' }

describe('splitting by group', () => {
  test.prop([
    fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 12 }),
    fc.double({ min: 0.05, max: 1, noNaN: true }),
    fc.nat(),
  ])(
    'never shares a group, loses no slice and leaves neither side empty',
    (sizes, validationFraction, seed) => {
      const all = records(sizes)

      const { train, val, independent } = splitByGroup(all, { ...options, validationFraction, seed })

      const trained = new Set(train.map(slice => slice.group))
      expect(val.some(slice => trained.has(slice.group))).toBe(false)
      expect([...train, ...val].map(slice => slice.id).sort()).toEqual(all.map(slice => slice.id).sort())
      expect(Math.min(train.length, val.length)).toBeGreaterThan(0)
      expect(independent).toBe(true)
    },
  )

  it('depends on the seed alone, not on the order of the records', () => {
    const all = records([3, 1, 4, 1, 5, 9, 2, 6])
    const ids = (slices: readonly SliceRecord[]): string[] => slices.map(slice => slice.id).sort()

    expect(ids(splitByGroup([...all].reverse(), options).val)).toEqual(ids(splitByGroup(all, options).val))
    const seeds = Array.from({ length: 10 }, (_, seed) =>
      ids(splitByGroup(all, { ...options, seed }).val).join(),
    )
    expect(new Set(seeds).size).toBeGreaterThan(1)
  })

  it('comes as near to the wanted part as whole groups allow', () => {
    expect(splitByGroup(records(new Array<number>(50).fill(1)), options).val.length).toBe(10)
    expect(splitByGroup(records([40, 10]), options).val.length).toBe(10)
  })

  it('refuses a single group and says what to do', () => {
    expect(() => splitByGroup(records([30]), options)).toThrow(
      /one patient or volume \(p0\).*--allow-shared-group/s,
    )
    expect(() => splitByGroup(records([1]), { ...options, allowSharedGroup: true })).toThrow(/at least two/)
  })

  it('holds back the end of a single group as one block, marked as not independent', () => {
    const { train, val, independent } = splitByGroup(records([10]), { ...options, allowSharedGroup: true })

    expect(train.map(slice => slice.sliceIndex)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(val.map(slice => slice.sliceIndex)).toEqual([8, 9])
    expect(independent).toBe(false)
  })
})

import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { foldsByGroup } from '../../../../../src/core/models/finder/folds'

describe('parts for calibration', () => {
  test.prop([fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 40 }), fc.integer()])(
    'never share a group, and none is empty',
    (groups, seed) => {
      const folds = foldsByGroup(groups, 3, seed)

      const names = new Set(groups)
      if (names.size < 2) {
        expect(folds).toBeNull()
        return
      }
      expect(new Set(folds).size).toBe(Math.min(3, names.size))
      for (const name of names) {
        expect(new Set(folds?.filter((_, index) => groups[index] === name)).size).toBe(1)
      }
    },
  )

  it('depend on the seed and on the groups, not on their order', () => {
    const groups = Array.from({ length: 12 }, (_, index) => `patient ${index}`)

    const folds = foldsByGroup(groups, 3, 1)
    const turned = foldsByGroup([...groups].reverse(), 3, 1)

    expect(turned?.reverse()).toEqual(folds)
    expect(foldsByGroup(groups, 3, 2)).not.toEqual(folds)
  })
})

import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { isSetAt } from '../../../../src/renderer/src/canvas/is-set-at'

describe('isSetAt', () => {
  test.prop([fc.uint8Array({ min: 0, max: 1, minLength: 1, maxLength: 64 })])(
    'reads a mask without unrolling it',
    mask => {
      const runs = encodeRuns(mask)

      expect(Array.from(mask, (_, index) => (isSetAt(runs, index) ? 1 : 0))).toEqual([...mask])
    },
  )
})

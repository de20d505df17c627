import { expect, it } from 'vitest'
import { fillOpacity } from '../../../../src/renderer/src/canvas/fill-opacity'

const size = { width: 10, height: 10 }

it('is fainter for objects that would hide a tenth of the slice and more', () => {
  const general = { opacity: null }

  expect(fillOpacity(general, { areaPx: 10, size, general: 0.4 })).toBe(0.4)
  expect(fillOpacity(general, { areaPx: 11, size, general: 0.4 })).toBeCloseTo(0.28, 12)
})

it('is what a label says, however large its object is', () => {
  expect(fillOpacity({ opacity: 0.9 }, { areaPx: 90, size, general: 0.4 })).toBe(0.9)
  expect(fillOpacity({ opacity: 0 }, { areaPx: 5, size, general: 0.4 })).toBe(0)
})

import { describe, expect, it } from 'vitest'
import { labelValues, maskOfLabel } from '../../../../src/core/imaging/labels'

describe('the labels of a map', () => {
  it('are all values but 0, ascending', () => {
    expect(labelValues([7, 3, 7, -1])).toEqual([-1, 3, 7])
    expect(labelValues([0, 5])).toEqual([5])
    expect(labelValues([])).toEqual([])
  })

  it('are compared before they are narrowed: 300 and 44 have the same low byte', () => {
    const map = Int32Array.of(300, 44, 0, 300)

    expect(labelValues(map)).toEqual([44, 300])
    expect([...maskOfLabel(map, 300)]).toEqual([1, 0, 0, 1])
    expect([...maskOfLabel(map, 44)]).toEqual([0, 1, 0, 0])
  })
})

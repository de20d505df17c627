import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { compareRows } from '../../../bench/compare-rows'
import type { Report, ReportRow } from '../../../bench/report'
import { emptyRow, joinReports, median, readReport } from '../../../bench/report'
import { selectRows } from '../../../bench/rows'

const report = (...rows: ReportRow[]): Report => ({ event: 'report', environment: {}, rows })

describe('the median', () => {
  it('is the middle, or the mean of the two in the middle', () => {
    expect(median([5])).toBe(5)
    expect(median([9, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  // Seconds and megabytes: never negative, and so never -0, which is another number than 0 to a test.
  test.prop([fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 })])(
    'has as many values above as below, in any order',
    values => {
      const middle = median(values)

      expect(median(values.toReversed())).toBe(middle)
      expect(values.filter(value => value < middle).length).toBeLessThanOrEqual(values.length / 2)
      expect(values.filter(value => value > middle).length).toBeLessThanOrEqual(values.length / 2)
    },
  )
})

describe('a finished report', () => {
  const row: ReportRow = {
    ...emptyRow('ti-512-encoder'),
    ours: 0.25,
    torchSdpa: 0.5,
    torchOnnx: 0.4,
    oursMb: 300,
    torchOnnxMb: null,
    spread: { ours: [0.2, 0.3] },
    reasons: { torchReference: 'needs about 30 GB of memory, and 20 GB are free' },
  }

  it('is found at the end of what a run printed', () => {
    const printed = [{ event: 'row', ...row }, report(row)].map(line => JSON.stringify(line)).join('\n')

    expect(readReport(`${printed}\n`)).toEqual(report(row))
  })

  it.each(['', 'npm error', '{"event":"row","name":"ti-512-encoder"}', '[]'])('is not seen in %j', text => {
    expect(() => readReport(text)).toThrow(SyntaxError)
  })

  it('joined with others keeps the later of two measurements of a row', () => {
    const later = { ...row, ours: 0.24 }
    const other = emptyRow('ti-512-decoder')

    expect(joinReports([report(row, other), report(later)]).rows).toEqual([later, other])
  })
})

describe('the comparison of a quick epoch with full steps', () => {
  const [, , plan] = selectRows(['ti-1024-quick-vs-full'])
  if (plan?.kind !== 'compared') throw new Error('the row is a comparison')

  it('gives seconds a sample, and how many times less that is than in a full step', () => {
    const quick = { ...emptyRow('ti-1024-quick-epoch'), ours: 4, torchSdpa: 8 }
    const full = { ...emptyRow('ti-1024-step-b4'), ours: 32, torchSdpa: 36 }

    const row = compareRows(plan, [quick, full])

    expect(row.ours).toBe(0.25)
    expect(row.torchSdpa).toBe(0.5)
    expect(row.timesLess).toEqual({ ours: 32, torchSdpa: 18 })
  })

  it('says which figure it lacks', () => {
    const quick = { ...emptyRow('ti-1024-quick-epoch'), ours: 4 }

    const row = compareRows(plan, [quick, emptyRow('ti-1024-step-b4')])

    expect(row.ours).toBeNull()
    expect(row.reasons).toEqual({
      ours: 'ti-1024-step-b4 has no figure',
      torchSdpa: 'ti-1024-quick-epoch has no figure',
      torchReference: 'ti-1024-quick-epoch has no figure',
    })
  })
})

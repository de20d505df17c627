import { describe, expect, it } from 'vitest'
import { parseBenchOptions } from '../../../bench/options'

const parse = (...argv: string[]) => parseBenchOptions(argv, 'report.json')

describe("the bench's options", () => {
  it('are by default: all rows, three processes of each engine, a table', () => {
    expect(parse()).toEqual({
      suite: 'engine',
      rows: [],
      repetitions: 3,
      json: false,
      torch: true,
      reports: ['report.json'],
      action: 'measure',
    })
  })

  it('take several rows', () => {
    expect(parse('--json', '--row', 'a', '--row', 'b', '--reps', '1', '--no-torch')).toMatchObject({
      rows: ['a', 'b'],
      repetitions: 1,
      json: true,
      torch: false,
    })
  })

  it('print reports that are named instead of the last one', () => {
    expect(parse('--markdown').reports).toEqual(['report.json'])
    expect(parse('--markdown', '--report', 'a.json', '--report', 'b.json')).toMatchObject({
      action: 'markdown',
      reports: ['a.json', 'b.json'],
    })
  })

  it.each([['--suite', 'x'], ['--reps', '0'], ['--reps', 'x'], ['--reps', '1.5'], ['--rows'], ['stray']])(
    'refuse %j %j',
    (...argv) => {
      expect(() => parse(...argv.filter(word => typeof word === 'string'))).toThrow()
    },
  )
})

import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../../../src/shared/domain/events'
import { AppError } from '../../../../../src/shared/errors'
import { failureOf } from '../../../../../src/main/doors/cli/exit-codes'
import { createJsonPrinter, createTextPrinter } from '../../../../../src/main/doors/cli/print'
import { formatTable } from '../../../../../src/main/doors/cli/table'

function streams() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  return {
    // A pipe, as far as the printers look at it.
    given: { stdout, stderr } as unknown as Parameters<typeof createJsonPrinter>[0],
    out: () => String(stdout.read() ?? ''),
    err: () => String(stderr.read() ?? ''),
  }
}

const written: JobEvent = { event: 'written', file: 'masks/a.png' }
const notice: JobEvent = { event: 'notice', message: 'A word aside.' }
const progress = (done: number): JobEvent => ({ event: 'progress', stage: 'Encoding', done, total: 100 })

describe('--json', () => {
  test('keeps results on stdout and everything else off it', () => {
    const { given, out, err } = streams()
    const printer = createJsonPrinter(given)

    for (const event of [notice, progress(1), progress(2), progress(15), written]) printer.event(event)

    expect(out()).toBe('{"event":"written","file":"masks/a.png"}\n')
    expect(err()).toBe('A word aside.\nEncoding: 0 % (1/100)\nEncoding: 10 % (15/100)\n')
  })

  test('ends with the error, its file where it has one', () => {
    const { given, out, err } = streams()

    createJsonPrinter(given).failure(failureOf(new AppError('FILE_NOT_FOUND', { file: 'a.csv' })))

    expect(JSON.parse(out())).toEqual({
      event: 'error',
      code: 'FILE_NOT_FOUND',
      message: 'a.csv does not exist. Check the path.',
      file: 'a.csv',
    })
    expect(err()).toBe('a.csv does not exist. Check the path.\n')
  })
})

test('for people, cases wait for the table of the report', () => {
  const { given, out } = streams()
  const printer = createTextPrinter(given)
  const scores = { dice: 0.9, iou: 0.8, hd95: null, assd: 1.25 }
  const common = { ...scores, clicksTo90: null, unit: 'mm', ellipse: { ...scores, dice: 0.95 } } as const

  printer.event({ event: 'case', file: '/data/images/a.nii', slice: 3, values: 2, ...common })
  expect(out()).toBe('')
  printer.event({
    ...{ event: 'report', command: 'evaluate', ...common, cases: 1, prompt: 'box', jitter: 5, model: 'm' },
    ...{ data: '/data', split: 'all', undefined: { dice: 0, iou: 0, hd95: 2, assd: 0 }, unreached: 0 },
    ...{ skipped: 0, seconds: 1, interrupted: true },
  })

  expect(out()).toBe(
    [
      'case             values  Dice   IoU    HD95 mm  ASSD mm  ellipse Dice',
      '───────────────  ──────  ─────  ─────  ───────  ───────  ────────────',
      'images/a.nii #3       2  0.900  0.800        –     1.25         0.950',
      'mean of 1             2  0.900  0.800        –     1.25         0.950',
      'One prompt per label value, not per connected part, so figures counted per structure differ from these.',
      'Stopped before the end: these are the cases so far.\n',
    ].join('\n'),
  )
})

test('the table of clicks says how they are counted', () => {
  const { given, out } = streams()
  const printer = createTextPrinter(given)
  const common = {
    dice: 0.5,
    iou: 0.4,
    hd95: 3,
    assd: 1,
    clicksTo90: 12.5,
    unit: 'px',
    ellipse: null,
  } as const

  printer.event({ event: 'case', file: '/data/images/a.png', slice: null, values: 2, ...common })
  printer.event({
    ...{
      event: 'report',
      command: 'evaluate',
      ...common,
      cases: 1,
      prompt: 'clicks',
      jitter: null,
      model: 'm',
    },
    ...{ data: '/data', split: 'all', undefined: { dice: 0, iou: 0, hd95: 0, assd: 0 }, unreached: 1 },
    ...{ skipped: 0, seconds: 1, interrupted: false },
  })

  expect(out()).toContain(
    'An object that never reaches Dice 0.9 counts as 20 clicks (1 of 2). Dice, IoU and distances are those after the last click.',
  )
})

test('a bug of ours exits 1 with its stack, whatever was thrown', () => {
  const bug = failureOf(new TypeError('x is not a function'))

  expect(bug).toMatchObject({ code: 'INTERNAL', exitCode: 1, file: null })
  expect(bug.message).toContain('fault in SliceTune, not in your files: x is not a function')
  expect(bug.stack).toContain('print.test.ts')
  expect(failureOf('text')).toMatchObject({ code: 'INTERNAL', exitCode: 1 })
})

test('a table aligns numbers to the right and words to the left', () => {
  expect(
    formatTable(
      ['name', 'n'],
      [
        ['long name', '5'],
        ['x', '123'],
      ],
    ),
  ).toEqual(['name       n', '─────────  ───', 'long name    5', 'x          123'])
})

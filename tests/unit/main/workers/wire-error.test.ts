import { expect, test } from 'vitest'
import { AppError } from '../../../../src/shared/errors'
import { fromWire, toWire } from '../../../../src/main/workers/wire-error'
import { StopFlag } from '../../../../src/main/workers/stop-flag'

test('an AppError survives the way to another thread with code, data, sentence and stack', () => {
  const error = new AppError(
    'UNUSABLE_SLICE',
    { file: 'a.png', reason: 'it is empty' },
    { cause: new Error('why') },
  )

  const back = fromWire(structuredClone(toWire(error)))

  expect(back).toBeInstanceOf(AppError)
  expect(back).toMatchObject({ code: 'UNUSABLE_SLICE', data: error.data, message: error.message })
  expect(back.stack).toContain('wire-error.test.ts')
  expect(back.stack).toContain('Caused by: Error: why')
})

test.each([
  { code: 'NO_SUCH_CODE', data: {} },
  { code: 'toString', data: {} },
  { code: 'CORRUPT_FILE', data: { file: 1 } },
  { code: null, data: null },
])('what does not fit the table comes back as a plain error: %j', ({ code, data }) => {
  const back = fromWire({ code, data, message: 'what happened', stack: 'where' })

  expect(back).not.toBeInstanceOf(AppError)
  expect(back).toMatchObject({ message: 'what happened', stack: 'where' })
})

test('the stop flag rises to two, across threads that share its buffer', () => {
  const flag = new StopFlag()
  const other = new StopFlag(flag.buffer)

  const levels = [0, 1, 2, 3].map(() => {
    const level = other.level
    flag.request()
    return level
  })

  expect(levels).toEqual([0, 1, 2, 2])
  expect([other.requested, other.urgent]).toEqual([true, true])
})

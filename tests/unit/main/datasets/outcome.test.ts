import { describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../../src/main/datasets'
import { AppError } from '../../../../src/shared/errors'

const failing = (error: Error) => outcomeOf(() => Promise.reject(error))

describe('one item of many', () => {
  it('gives its value', async () => {
    expect(await outcomeOf(() => Promise.resolve(7))).toEqual({ value: 7 })
  })

  it('becomes a report where only it is at fault', async () => {
    const error = new AppError('UNUSABLE_SLICE', { file: 'a.png', reason: 'its mask is empty' })

    expect(await failing(error)).toEqual({
      skipped: { file: 'a.png', code: 'UNUSABLE_SLICE', message: error.message },
    })
  })

  it.each([
    new AppError('ABORTED', {}),
    new AppError('DISK_FULL', { file: 'a.png' }),
    new AppError('FOLDER_NOT_WRITABLE', { file: 'out' }),
    new TypeError('a bug of ours'),
  ])('ends the job where the others would fail in the same way: %s', async error => {
    await expect(failing(error)).rejects.toBe(error)
  })
})

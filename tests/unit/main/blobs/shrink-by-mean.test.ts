import { expect, test } from 'vitest'
import { shrinkByMean } from '../../../../src/main/blobs/shrink-by-mean'

test('each pixel is the mean of those that fall into it', () => {
  const values = [1, 3, 5, 7, 9, 11, 100, 200]

  expect([...shrinkByMean(values, { height: 2, width: 4, channels: 1 }, [1, 2])]).toEqual([6, 78])
})

test('channels stay apart, and sides that do not divide are shared out', () => {
  const values = [1, 10, 2, 20, 6, 60]

  expect([...shrinkByMean(values, { height: 1, width: 3, channels: 2 }, [1, 2])]).toEqual([1.5, 15, 6, 60])
})

test('a picture of the same size is left as it is', () => {
  const values = [4, 5, 6, 7]

  expect([...shrinkByMean(values, { height: 2, width: 2, channels: 1 }, [2, 2])]).toEqual(values)
})

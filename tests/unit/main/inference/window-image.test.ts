import { expect, test } from 'vitest'
import { float32, tensor } from '../../../../src/core/tensor/tensor'
import { windowImage } from '../../../../src/main/inference/window-image'

test('a slice is seen in 8 bits, from black at the first value of the window to white at its last', () => {
  const slice = tensor('int16', [1, 5], Int16Array.of(-1000, -160, 40, 239, 3000))

  const { dtype, shape, data } = windowImage(slice, { centre: 40, width: 400 })

  expect([dtype, shape]).toEqual(['uint8', [1, 5]])
  expect([...data]).toEqual([0, 0, 128, 255, 255])
})

test('rescaled values are whole numbers in another type, and seen alike', () => {
  const values = [-1000, -160, 40, 239, 3000]
  const whole = windowImage(tensor('int16', [1, 5], Int16Array.from(values)), { centre: 40, width: 400 })

  expect(
    windowImage(tensor('float64', [1, 5], Float64Array.from(values)), { centre: 40, width: 400 }),
  ).toEqual(whole)
})

test('numbers between 0 and 1 are not lost', () => {
  const { data } = windowImage(float32([1, 3], [0, 0.5, 1]), { centre: 0.5, width: 1 })

  expect([...data]).toEqual([0, 128, 255])
})

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fullWindow } from '../../../../src/renderer/src/components/annotate/window-presets'
import { paintWindow } from '../../../../src/renderer/src/canvas/window-level'
import { tensor } from '../../../../src/core/tensor/tensor'
import { windowImage } from '../../../../src/main/inference/window-image'
import { windowOf } from '../../../../src/main/projects/auto-window'

/** Greys of a slice of one row under its full window: on the screen, and as the model sees it. */
function seen(values: Float32Array | Int16Array): { screen: number[]; model: number[] } {
  const window = fullWindow({ ...windowOf(values), range: [Math.min(...values), Math.max(...values)] })
  const rgba = new Uint8ClampedArray(values.length * 4)
  paintWindow(values, 1, window, rgba)
  const image = tensor(values instanceof Int16Array ? 'int16' : 'float32', [1, values.length], values)
  return {
    screen: Array.from(values, (_, index) => rgba[index * 4] ?? -1),
    model: [...windowImage(image, window).data],
  }
}

it('shows the last of numbers between 0 and 1 in white', () => {
  const { screen, model } = seen(Float32Array.of(0, 0.5, 1))

  expect(screen).toEqual([0, 128, 255])
  expect(model).toEqual(screen)
})

it('shows the last of whole numbers in white, in whichever type they are', () => {
  expect(seen(Int16Array.of(-1000, 3000)).screen).toEqual([0, 255])
  expect(seen(Float32Array.of(0, 1, 2)).screen).toEqual([0, 128, 255])
})

it('reaches from black to white over whatever values there are, for the person and the model alike', () => {
  const numbers = fc.array(fc.float({ min: -1000, max: 1000, noNaN: true }), { minLength: 2, maxLength: 20 })

  fc.assert(
    fc.property(numbers, values => {
      fc.pre(Math.max(...values) - Math.min(...values) > 1e-3)
      const { screen, model } = seen(Float32Array.from(values))
      expect([Math.min(...screen), Math.max(...screen)]).toEqual([0, 255])
      expect(model).toEqual(screen)
    }),
  )
})

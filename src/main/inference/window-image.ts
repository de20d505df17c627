import { numbersOf } from '../../core/imaging/picture'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { WindowLevel } from '../../shared/domain/window-level'
import { windowFraction } from '../../shared/geometry/window-fraction'

/**
 * A slice as it is on the screen under a window: what the person sees is what the model sees. 8 bits, because those are
 * the only values that no preprocessing spreads once more.
 *
 * @param image - [height, width] or [height, width, channels], true values
 * @returns the same shape, 0 is black
 */
export function windowImage(image: Tensor, window: WindowLevel): Tensor<'uint8'> {
  const values = numbersOf(image)
  const fraction = windowFraction(window, holdsWholeNumbers(image, values))
  const bytes = new Uint8Array(values.length)
  // index < length
  for (let index = 0; index < bytes.length; index++) bytes[index] = Math.round(fraction(values[index]!) * 255)
  return tensor('uint8', image.shape, bytes)
}

/** Rescaled values are floating numbers, although those of a CT are whole. */
function holdsWholeNumbers(image: Tensor, values: Float64Array): boolean {
  return image.dtype.includes('int') || values.every(Number.isInteger)
}

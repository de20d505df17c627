import type { PromptPoint } from '../../shared/domain/prompt'
import { distanceTransform } from '../../shared/masks/distance'
import type { Generator } from '../random'
import { largestError } from './clicks'

/** Pixels tried before the deepest one is taken: regions below a thousandth of the image seldom need more. */
const mostTries = 4096

/**
 * A corrective click as training draws it: a random pixel well inside the largest connected error, positive where the
 * mask misses something, negative where it has too much.
 *
 * Pixels of the whole image are drawn until one is well inside. Masks that differ by a few pixels, as the rounding of
 * another number of workers makes them, then nearly always get the same click.
 *
 * @param prediction - [height, width], non-zero is foreground
 * @param truth - [height, width]
 * @param clicked - pixels that were clicked on before
 * @returns null when there is no error left
 * @see Kirillov et al. 2023, "Segment Anything", appendix A, training algorithm: points from the error region
 */
export function drawCorrection(
  prediction: Uint8Array,
  truth: Uint8Array,
  { height, width }: { readonly height: number; readonly width: number },
  generator: Generator,
  clicked: readonly PromptPoint[] = [],
): PromptPoint | null {
  const error = largestError(prediction, truth, height, width, clicked)
  if (!error) return null
  const depth = distanceTransform(error.region, height, width, [1, 1], { outsideIsBackground: true })
  const deepest = depth.reduce((most, value) => Math.max(most, value), 0)
  const place = (pixel: number): PromptPoint => ({
    x: pixel % width,
    y: Math.floor(pixel / width),
    sign: error.sign,
  })
  for (let tries = 0; tries < mostTries; tries++) {
    const pixel = generator.integer(0, depth.length - 1)
    if (2 * (depth[pixel] ?? 0) >= deepest) return place(pixel)
  }
  return place(depth.indexOf(deepest))
}

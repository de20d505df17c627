import type { Box } from '../../shared/domain/prompt'
import { random } from '../random'

export interface LooseBoxDraw {
  /** Pixels on a slice whose longest side is 256 */
  readonly jitter: number
  readonly seed: number
  /** Names the slice or the draw: the same key gives the same box, on every machine */
  readonly key: string
  /** The object's label */
  readonly value: number
}

/**
 * A box as a hurried person draws it: every side moved, in or out, by a whole number of pixels up to `jitter` at the
 * 256 scale, never past the last pixel. It depends on the seed, the key and the value only, so that models are
 * compared on the same boxes.
 *
 * @param box - pixel indices of the slice, inclusive at both ends
 * @param size - of the slice
 */
export function looseBox(
  box: Box,
  { height, width }: { readonly height: number; readonly width: number },
  { jitter, seed, key, value }: LooseBoxDraw,
): Box {
  const generator = random(seed, 'evaluation-jitter', key, value)
  const scale = Math.max(height, width) / 256
  const move = (at: number, last: number): number => {
    const shift = Math.round(generator.integer(-Math.floor(jitter), Math.floor(jitter)) * scale)
    return Math.min(last, Math.max(0, at + shift))
  }
  const [xa, xb] = [move(box.x0, width - 1), move(box.x1, width - 1)]
  const [ya, yb] = [move(box.y0, height - 1), move(box.y1, height - 1)]
  // The sides of an object smaller than the jitter may cross.
  return { x0: Math.min(xa, xb), x1: Math.max(xa, xb), y0: Math.min(ya, yb), y1: Math.max(ya, yb) }
}

import type { PromptPoint } from '../../shared/domain/prompt'
import type { Components } from '../../shared/masks/components'
import { labelComponents, largestComponent } from '../../shared/masks/components'
import { distanceTransform } from '../../shared/masks/distance'
import { countOverlap, dice } from '../metrics'

/** What a patient annotator would do: click in the middle of the worst mistake, look, click again. */
export interface ClickRun {
  /** Clicks until the target was reached; the limit when it never was */
  readonly clicks: number
  readonly reached: boolean
  readonly points: readonly PromptPoint[]
  /** Dice after the box, where there was one, and after each click */
  readonly dices: readonly number[]
}

export interface ClickOptions {
  readonly truth: Uint8Array
  readonly height: number
  readonly width: number
  /** Answers with a mask of [height, width] for all clicks so far; what it throws, an abort too, ends the run */
  readonly segment: (points: readonly PromptPoint[]) => Promise<Uint8Array>
  /** Whether `segment` has a box to begin with, and is first asked with it alone; a box costs two clicks */
  readonly box?: boolean
  readonly target?: number
  readonly limit?: number
}

/**
 * Clicks until the mask is as good as the target (Dice 0.9), at most 20 times.
 *
 * @returns null when the truth is empty: there is nothing to click
 */
export async function clicksToDice(options: ClickOptions): Promise<ClickRun | null> {
  const { truth, height, width, segment, box = false, target = 0.9, limit = 20 } = options
  const points: PromptPoint[] = []
  const dices: number[] = []
  const first = firstClick(truth, height, width)
  if (first === null) return null
  let click: PromptPoint | null = box ? null : first
  for (let clicks = box ? 2 : 1; clicks <= limit; clicks++) {
    if (click) points.push(click)
    const prediction = await segment([...points])
    const score = dice(countOverlap(prediction, truth)) ?? 0
    dices.push(score)
    if (score >= target) return { clicks, reached: true, points, dices }
    click = nextClick(prediction, truth, height, width, points)
    if (!click) break
  }
  return { clicks: limit, reached: false, points, dices }
}

/** The pixel of the truth that lies farthest from its background: where a person clicks first. Null if empty. */
export function firstClick(truth: Uint8Array, height: number, width: number): PromptPoint | null {
  const centre = innermostPixel(truth, height, width)
  return centre && { ...centre, sign: 'positive' }
}

/**
 * The next corrective click: the innermost pixel of the largest connected error, positive where the mask misses
 * something, negative where it has too much. Of equal errors the missed one counts.
 *
 * @param prediction - [height, width], non-zero is foreground
 * @param truth - [height, width]
 * @param clicked - earlier clicks: never chosen again, as a second click on a pixel tells the model nothing new
 * @returns null when there is no error left to click on
 */
export function nextClick(
  prediction: Uint8Array,
  truth: Uint8Array,
  height: number,
  width: number,
  clicked: readonly PromptPoint[] = [],
): PromptPoint | null {
  const error = largestError(prediction, truth, height, width, clicked)
  const centre = error && innermostPixel(error.region, height, width)
  return centre && { ...centre, sign: error.sign }
}

/** A connected part in which a mask is wrong. */
export interface MaskError {
  /** [height, width], 0 or 1 */
  readonly region: Uint8Array
  /** Of the click that would mend it: positive where the mask misses something */
  readonly sign: PromptPoint['sign']
}

/** As `nextClick`: the error that it clicks on. */
export function largestError(
  prediction: Uint8Array,
  truth: Uint8Array,
  height: number,
  width: number,
  clicked: readonly PromptPoint[] = [],
): MaskError | null {
  const missed = truth.map((value, i) => (value !== 0 && prediction[i] === 0 ? 1 : 0))
  const added = truth.map((value, i) => (value === 0 && prediction[i] !== 0 ? 1 : 0))
  for (const { x, y } of clicked) {
    missed[y * width + x] = 0
    added[y * width + x] = 0
  }
  const parts = {
    missed: labelComponents(missed, height, width),
    added: labelComponents(added, height, width),
  }
  const isMissed = largestSize(parts.missed) >= largestSize(parts.added)
  const region = largestComponent(isMissed ? parts.missed : parts.added)
  return region && { region, sign: isMissed ? 'positive' : 'negative' }
}

function largestSize({ sizes }: Components): number {
  return sizes.reduce((largest, size) => Math.max(largest, size), 0)
}

/**
 * The pixel with the largest distance to the background, in which the world outside the image is included: a click
 * on the very border helps no model. Of equals the one nearest to their common centre, so that a long bar is
 * clicked in its middle and not at its end.
 *
 * @returns null when the mask is empty
 */
function innermostPixel(mask: Uint8Array, height: number, width: number): { x: number; y: number } | null {
  const distance = distanceTransform(mask, height, width, [1, 1], { outsideIsBackground: true })
  const farthest = distance.reduce((a, b) => Math.max(a, b), 0)
  if (farthest === 0) return null
  const tied: { x: number; y: number }[] = []
  for (let i = distance.indexOf(farthest); i >= 0; i = distance.indexOf(farthest, i + 1)) {
    tied.push({ x: i % width, y: Math.floor(i / width) })
  }
  const centreX = tied.reduce((sum, { x }) => sum + x, 0) / tied.length
  const centreY = tied.reduce((sum, { y }) => sum + y, 0) / tied.length
  const offset = ({ x, y }: { x: number; y: number }): number => (x - centreX) ** 2 + (y - centreY) ** 2
  return tied.reduce((best, pixel) => (offset(pixel) < offset(best) ? pixel : best))
}

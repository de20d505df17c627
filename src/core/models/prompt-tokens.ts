import type { Box, Prompt, PromptPoint } from '../../shared/domain/prompt'
import type { SliceGeometry } from '../imaging/geometry'
import { toModel } from '../imaging/geometry'

/** Labels of SAM's family; EfficientSAM's code has no learned vector for 0, a negative click. */
export const promptLabel = { padding: -1, negative: 0, point: 1, topLeft: 2, bottomRight: 3 } as const

/** A prompt as the model takes it: fixed slots, padded. */
export interface PromptTokens {
  /** x, y of each slot in pixels of the model's square; padding is (-1, -1) */
  readonly points: Float32Array
  /** One label a slot */
  readonly labels: Int8Array
}

export interface LabelledPoint {
  readonly x: number
  readonly y: number
  readonly label: number
}

const boxCorners = (box: Box): LabelledPoint[] => [
  { x: box.x0, y: box.y0, label: promptLabel.topLeft },
  { x: box.x1, y: box.y1, label: promptLabel.bottomRight },
]

const click = ({ x, y, sign }: PromptPoint): LabelledPoint => ({
  x,
  y,
  label: sign === 'positive' ? promptLabel.point : promptLabel.negative,
})

/** The box's corners first, then the clicks in their order. */
export function labelledPoints(prompt: Prompt): LabelledPoint[] {
  return [...(prompt.box ? boxCorners(prompt.box) : []), ...prompt.points.map(click)]
}

/**
 * Scales points to the model's square and fills the slots. As in the official code a negative coordinate becomes -1
 * exactly, missing slots are padding, and points beyond the last slot are cut: callers keep to `slots`.
 */
export function promptTokens(
  points: readonly LabelledPoint[],
  geometry: SliceGeometry,
  slots: number,
): PromptTokens {
  const placed = new Float32Array(2 * slots).fill(-1)
  const labels = new Int8Array(slots).fill(promptLabel.padding)
  points.slice(0, slots).forEach(({ x, y, label }, slot) => {
    const [modelX, modelY] = toModel(geometry, x, y)
    placed[2 * slot] = x >= 0 ? modelX : -1
    placed[2 * slot + 1] = y >= 0 ? modelY : -1
    labels[slot] = label
  })
  return { points: placed, labels }
}

import type { NamedTensors } from '../engine'
import { float32 } from '../tensor/tensor'
import type { PromptTokens } from './prompt-tokens'

/**
 * One row a token: which learned vector it gets; a row of zeros gets none.
 *
 * @param columns - the label that each column stands for
 * @returns [labels, columns], flat
 */
export function oneHotRows(labels: ArrayLike<number>, columns: readonly number[]): Float32Array {
  const rows = new Float32Array(labels.length * columns.length)
  for (let token = 0; token < labels.length; token++) {
    const column = columns.findIndex(label => label === labels[token])
    if (column >= 0) rows[token * columns.length + column] = 1
  }
  return rows
}

/** `points` [prompts, tokens, 2] and `labels` [prompts, tokens, columns] of prompts with equally many tokens. */
export function promptTensors(prompts: readonly PromptTokens[], columns: readonly number[]): NamedTensors {
  const tokens = prompts[0]?.labels.length ?? 0
  const points = new Float32Array(prompts.length * tokens * 2)
  const labels = new Float32Array(prompts.length * tokens * columns.length)
  prompts.forEach((prompt, index) => {
    points.set(prompt.points, index * tokens * 2)
    labels.set(oneHotRows(prompt.labels, columns), index * tokens * columns.length)
  })
  return {
    points: float32([prompts.length, tokens, 2], points),
    labels: float32([prompts.length, tokens, columns.length], labels),
  }
}

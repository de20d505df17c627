import type { Engine, NamedTensors } from '../../engine'
import { float32 } from '../../tensor/tensor'
import type { ModelFamily } from '../../training/model-family'
import type { Parameters } from '../../training/parameters'
import type { PromptTokens } from '../prompt-tokens'
import { labelledPoints, promptTokens } from '../prompt-tokens'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import { ImageEncoder } from './encoder'
import { keyPositionGraph } from './graphs'
import { labelColumnCount, oneHotLabels, outputOf, tokensOf } from './prompt-encoder'
import { isTrainable } from './shapes'
import { lossGraph, trainingGraph } from './training-graph'

/** MedSAM-Lite as training sees it. */
export function medSamLiteFamily(
  engine: Engine,
  { config, parameters }: { readonly config: MedSamLiteConfig; readonly parameters: Parameters },
): ModelFamily & { readonly encoder: ImageEncoder } {
  return {
    encoder: new ImageEncoder(engine, config, parameters),
    cells: gridSide(config) ** 2,
    isTrainable,
    tokensOf(prompt, geometry) {
      const points = labelledPoints(prompt)
      return promptTokens(points, geometry, tokensOf(points))
    },
    kindOf: prompt => `${prompt.labels.length} tokens, ${outputOf(prompt)}`,
    promptInputs,
    keyPositionGraph: () => keyPositionGraph(config),
    lossGraph: options => lossGraph(config, options),
    trainingGraph: options => trainingGraph(config, options),
  }
}

/** `points` [prompts, tokens, 2] and `labels` [prompts, tokens, 5] of prompts with equally many tokens. */
export function promptInputs(prompts: readonly PromptTokens[]): NamedTensors {
  const tokens = prompts[0]?.labels.length ?? 0
  const points = new Float32Array(prompts.length * tokens * 2)
  const labels = new Float32Array(prompts.length * tokens * labelColumnCount)
  prompts.forEach((prompt, index) => {
    points.set(prompt.points, index * tokens * 2)
    labels.set(oneHotLabels(prompt.labels), index * tokens * labelColumnCount)
  })
  return {
    points: float32([prompts.length, tokens, 2], points),
    labels: float32([prompts.length, tokens, labelColumnCount], labels),
  }
}

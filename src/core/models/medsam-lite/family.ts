import type { Engine, NamedTensors } from '../../engine'
import type { ModelFamily } from '../../training/model-family'
import type { Parameters } from '../../training/parameters'
import { promptTensors } from '../prompt-inputs'
import type { PromptTokens } from '../prompt-tokens'
import { labelledPoints, promptTokens } from '../prompt-tokens'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import { ImageEncoder } from './encoder'
import { keyPositionGraph } from './graphs'
import { labelColumns, outputOf, tokensOf } from './prompt-encoder'
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
export const promptInputs = (prompts: readonly PromptTokens[]): NamedTensors =>
  promptTensors(prompts, labelColumns)

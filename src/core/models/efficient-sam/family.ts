import type { Engine } from '../../engine'
import type { ModelFamily } from '../../training/model-family'
import type { Parameters } from '../../training/parameters'
import { isBuffer } from '../buffers'
import { labelledPoints, promptTokens } from '../prompt-tokens'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'
import { promptInputs } from './decoder'
import { keyPositionGraph } from './decoder-graphs'
import { ImageEncoder } from './encoder'
import { lossGraph, trainingGraph } from './training-graph'

/** EfficientSAM as training sees it. */
export function efficientSamFamily(
  engine: Engine,
  { config, parameters }: { readonly config: EfficientSamConfig; readonly parameters: Parameters },
): ModelFamily & { readonly encoder: ImageEncoder } {
  return {
    encoder: new ImageEncoder(engine, config, parameters),
    cells: gridSide(config) ** 2,
    isTrainable: name => !isBuffer(name),
    tokensOf(prompt, geometry) {
      const points = labelledPoints(prompt)
      // The official code cuts what is beyond its slots; here more clicks make more tokens, and none is dropped.
      return promptTokens(points, geometry, Math.max(config.promptTokens, points.length))
    },
    kindOf: ({ labels }) => `${labels.length} tokens`,
    promptInputs: prompts => promptInputs(config, prompts),
    keyPositionGraph: () => keyPositionGraph(config),
    lossGraph: options => lossGraph(config, options),
    trainingGraph: options => trainingGraph(config, options),
  }
}

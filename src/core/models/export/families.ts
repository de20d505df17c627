import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import { weightInputs } from '../../nn/weight-inputs'
import type { WeightOf } from '../../nn/linear'
import type { EfficientSamConfig } from '../efficient-sam/config'
import { gridSide } from '../efficient-sam/config'
import { decoderGraph, keyPositionGraph } from '../efficient-sam/decoder-graphs'
import { block, neck, stem } from '../efficient-sam/image-encoder'
import { labelColumnsOf } from '../efficient-sam/prompt-encoder'
import { oneHotRows } from '../prompt-inputs'
import type { EfficientSam } from '../efficient-sam/segmenter'
import { gridSide as liteGridSide } from '../medsam-lite/config'
import * as liteGraphs from '../medsam-lite/graphs'
import * as litePrompts from '../medsam-lite/prompt-encoder'
import type { MaskOutput } from '../medsam-lite/mask-decoder'
import type { MedSamLite } from '../medsam-lite/segmenter'
import type { Exportable } from './exportable'
import { exportedLabels } from './exportable'
import type { OpenSizes } from './open-sizes'
import type { Model } from '../families'

const promptsOf = {
  box: 'a box (labels 2 and 3)',
  both: 'a box (labels 2 and 3), clicks (label 1), or both',
  all: 'a box (labels 2 and 3), clicks (label 1), or both; negative clicks (label 0)',
} as const

/** The whole image encoder in one graph: input `image`, output `embedding`, weights by their full names. */
function efficientSamEncoder(config: EfficientSamConfig): Graph {
  const g = new GraphBuilder('encoder')
  const { weight } = weightInputs(g, 'image_encoder.')
  const within =
    (prefix: string): WeightOf =>
    (name, shape) =>
      weight(prefix + name, shape)
  let tokens = stem(g, config, g.input('image', [1, 3, config.resolution, config.resolution]), weight)
  for (let index = 0; index < config.encoderDepth; index++) {
    tokens = block(g, config, tokens, within(`blocks.${index}.`)).output
  }
  return g.build({ embedding: neck(g, config, tokens, weight) })
}

function exportableEfficientSam({ config, parameters, preprocessing }: EfficientSam): Exportable {
  const side = gridSide(config)
  const columns = labelColumnsOf(config)
  return {
    parameters,
    preprocessing,
    encoder: efficientSamEncoder(config),
    decoder: ({ queries, tokens }) => decoderGraph(config, { images: 1, queriesPerImage: queries, tokens }),
    loneClick: null,
    keyPosition: keyPositionGraph(config),
    embeddingShape: [1, config.decoderDim, side, side],
    masks: config.maskTokens - 1,
    labelRows: { columns: columns.length, values: oneHotRows(exportedLabels, columns) },
    padding: { slots: config.promptTokens },
    prompts: config.negativeClicks ? promptsOf.all : promptsOf.both,
  }
}

function exportableMedSamLite(model: MedSamLite): Exportable {
  const { config, parameters, preprocessing, knowsClicks } = model
  const side = liteGridSide(config)
  const decoder =
    (output: MaskOutput) =>
    ({ queries, tokens }: OpenSizes): Graph =>
      liteGraphs.decoderGraph(config, { images: 1, queriesPerImage: queries, tokens, output })
  return {
    parameters,
    preprocessing,
    encoder: liteGraphs.encoderGraph(config),
    decoder: decoder('single'),
    loneClick: knowsClicks ? decoder('multi') : null,
    keyPosition: liteGraphs.keyPositionGraph(config),
    embeddingShape: [1, config.decoderDim, side, side],
    masks: 1,
    labelRows: { columns: litePrompts.labelColumnCount, values: litePrompts.oneHotLabels(exportedLabels) },
    padding: 'behind-clicks',
    prompts: knowsClicks ? promptsOf.both : promptsOf.box,
  }
}

export const exportableOf = (model: Model): Exportable =>
  model.family === 'efficient-sam' ? exportableEfficientSam(model) : exportableMedSamLite(model)

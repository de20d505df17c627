import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import { scalar, sigmoid } from '../../graph/functions'
import type { Graph } from '../../graph/graph'
import { weightInputs } from '../../nn/weight-inputs'
import type { FinderConfig } from './config'
import { finderPrefix, mapSide } from './config'
import { dropPlaces, finderHead } from './head'
import { finderLoss } from './loss'

/** `embedding` [batch, channels, side, side] and the weights to `probability` [batch, classes, S, S]. */
export function findGraph(config: FinderConfig, batch = 1): Graph {
  const g = new GraphBuilder('finder')
  const embedding = g.input('embedding', [batch, config.channels, config.side, config.side])
  const logits = finderHead(g, config, { embedding, keep: null }, weightInputs(g, finderPrefix).weight)
  return g.build({ probability: sigmoid(g, logits) })
}

/**
 * The same with `keep` (see `finderHead`), then `target` and `cellWeight` [batch, classes, S, S] to `loss` and every
 * weight's gradient.
 */
export function finderTrainingGraph(config: FinderConfig, batch: number): Graph {
  const g = new GraphBuilder('finder-training')
  const weights = weightInputs(g, finderPrefix)
  const shape = [batch, config.classes, mapSide(config), mapSide(config)]
  const embedding = g.input('embedding', [batch, config.channels, config.side, config.side])
  const keep = g.input('keep', [dropPlaces, batch, config.hidden, 1, 1])
  const loss = finderLoss(g, {
    logits: finderHead(g, config, { embedding, keep }, weights.weight),
    target: g.input('target', shape),
    weight: g.input('cellWeight', shape),
  })
  const gradients = namedGradients(g, { output: loss, gradient: scalar(g, 1) }, [...weights.values])
  return g.build({ loss, ...gradients })
}

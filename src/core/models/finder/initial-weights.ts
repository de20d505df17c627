import { random } from '../../random'
import { Parameters } from '../../training/parameters'
import type { FinderConfig } from './config'
import { finderPrefix, finderShapes } from './config'

/** A share of 5 % of the cells before anything is learned: sigmoid(-3). */
const initialLogit = -3

/**
 * Weights before training: norms do nothing, biases are 0 (the last layer's say "rarely"), the rest is uniform with
 * variance 2 / fan-in. Each tensor has its own stream, so none depends on another's size.
 *
 * @see He et al. 2015, "Delving deep into rectifiers"
 */
export function initialFinderWeights(config: FinderConfig, seed: number): Parameters {
  const shapes = [...finderShapes(config)].map(([name, shape]) => ({ name: finderPrefix + name, shape }))
  const parameters = new Parameters(shapes)
  for (const { name, shape } of parameters.entries) {
    const { data } = parameters.get(name)
    if (name.endsWith('norm.weight')) data.fill(1)
    else if (name.endsWith('output.bias')) data.fill(initialLogit)
    else if (name.endsWith('.weight')) {
      const generator = random(seed, 'finder', name)
      const bound = Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1))
      for (let index = 0; index < data.length; index++) data[index] = bound * (2 * generator.uniform() - 1)
    }
  }
  return parameters
}

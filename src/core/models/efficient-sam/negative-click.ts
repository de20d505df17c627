import type { Float32Tensor } from '../../engine'
import { float32 } from '../../tensor/tensor'
import { Parameters } from '../../training/parameters'
import type { EfficientSam } from './segmenter'

/** The learned vector of a negative click, [1, decoderDim]: the official code has none, so it stands beside the model. */
export const negativeClickName = 'slicetune.negative_click.weight'

/**
 * The model with a vector for negative clicks, behind its own weights.
 *
 * A new vector begins as zeros: its token then is the position code alone, which is just what these weights were given
 * for label 0 so far. Training starts from nothing but the place of the click, as far from a green click as from the
 * corners of a box, and with the gradient that any other start would have.
 *
 * @param stored - the vector that was trained before
 */
export function withNegativeClicks(model: EfficientSam, stored?: Float32Tensor): EfficientSam {
  const { config, parameters } = model
  const vector = stored ?? float32([1, config.decoderDim], new Float32Array(config.decoderDim))
  return {
    ...model,
    config: { ...config, negativeClicks: true },
    parameters: Parameters.from(new Map([...parameters.stateDict(), [negativeClickName, vector]])),
  }
}

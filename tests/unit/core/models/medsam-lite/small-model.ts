import type { MedSamLiteConfig } from '../../../../../src/core/models/medsam-lite/config'
import { medSamLiteShapes } from '../../../../../src/core/models/medsam-lite/shapes'
import type { StateDict } from '../../../../../src/core/tensor/state-dict'
import { filled } from '../../graph/gradient-check'

/** A LiteMedSAM small enough to differentiate by hand: windows that do not divide the picture, both kinds of step. */
export const smallConfig: MedSamLiteConfig = {
  resolution: 16,
  stemDims: [4, 6],
  stages: [
    { dim: 6, depth: 1, heads: 0, window: 0, mlpDim: 0, out: 8, stride: 2 },
    { dim: 8, depth: 1, heads: 2, window: 3, mlpDim: 12, out: 320, stride: 1 },
    { dim: 320, depth: 1, heads: 2, window: 3, mlpDim: 16, out: null, stride: 1 },
  ],
  decoderDim: 16,
  decoderHeads: 8,
  decoderDepth: 1,
  decoderMlpDim: 24,
  attentionDim: 8,
  upscalingDims: [6, 4],
  maskTokens: 4,
}

/** Fixed smooth numbers of a sensible size; variances and the scales of norms stay near 1. */
export function smallWeights(config = smallConfig): StateDict {
  return new Map(
    medSamLiteShapes(config).map(([name, shape], index) => {
      const isScale =
        shape.length === 1 && /running_var|(bn|norm\w*|neck\.\d|upscaling\.1)\.weight/.test(name)
      const fan = shape.slice(1).reduce((product, size) => product * size, 1)
      return [name, filled(shape, index, isScale ? 0.2 : 1 / Math.sqrt(fan), isScale ? 1 : 0)] as const
    }),
  )
}

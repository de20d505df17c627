import { reshape } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import type { MedSamLiteConfig } from './config'
import { encoderPieces } from './encoder-pieces'
import type { Trace } from './trace'

/**
 * TinyViT in one graph: a stage of inverted bottlenecks, stages of transformer blocks, the neck.
 *
 * @param image - [1, 3, resolution, resolution], preprocessed
 * @returns the embedding, [1, decoderDim, side, side]
 */
export function imageEncoder(
  g: OpBuilder,
  config: MedSamLiteConfig,
  image: Value,
  weight: WeightOf,
  trace: Trace = () => undefined,
): Value {
  let x = image
  for (const { build, prefix, stage } of encoderPieces(config)) {
    x = build(g, x, weight, prefix, trace)
    const seen = x
    const shape = seen.shape.length === 2 ? [1, ...seen.shape] : seen.shape
    if (stage !== null) trace(stage, () => reshape(g, seen, shape))
  }
  return x
}

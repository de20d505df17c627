/** The same pictures, prompts and weights as bench/torch/measure.py has. */
import type { Float32Tensor } from '../../src/core/engine'
import type { EfficientSamConfig } from '../../src/core/models/efficient-sam/config'
import { configOf, gridSide } from '../../src/core/models/efficient-sam/config'
import type { EfficientSamSizes } from '../../src/core/models/efficient-sam/shapes'
import { efficientSamShapes } from '../../src/core/models/efficient-sam/shapes'
import type { PromptTokens } from '../../src/core/models/prompt-tokens'
import { float32 } from '../../src/core/tensor/tensor'
import { Parameters } from '../../src/core/training/parameters'
import { formulaTensor, uniform } from '../../tests/golden/formula-weights'
import type { Measurement } from '../measurement'

const decoder = {
  decoderDim: 256,
  decoderDepth: 2,
  decoderMlpDim: 2048,
  attentionDim: 128,
  upscalingDims: [64, 32],
  maskTokens: 4,
  iouHidden: 256,
} as const

const tinyDecoder = {
  decoderDim: 16,
  decoderDepth: 2,
  decoderMlpDim: 32,
  attentionDim: 8,
  upscalingDims: [8, 4],
  maskTokens: 4,
  iouHidden: 16,
} as const

const encoder = (encoderDim: number, depth: number) => ({ encoderDim, depth, mlpDim: 4 * encoderDim })

const sizes: Record<Measurement['model'], EfficientSamSizes> = {
  ti: { ...encoder(192, 12), ...decoder },
  s: { ...encoder(384, 12), ...decoder },
  nano: { ...encoder(64, 3), ...decoder },
  pico: { ...encoder(16, 1), ...tinyDecoder },
}

const heads = {
  ti: { encoderHeads: 3 },
  s: { encoderHeads: 6 },
  nano: { encoderHeads: 2 },
  pico: { encoderHeads: 2, decoderHeads: 2 },
} as const

/** Filled in place, one tensor after another: a second copy of all weights would count as memory of the engine. */
export function formulaModel({ model, resolution }: Measurement): {
  config: EfficientSamConfig
  parameters: Parameters
} {
  const shapes = efficientSamShapes(sizes[model]).map(([name, shape]) => ({ name, shape }))
  const parameters = new Parameters(shapes)
  for (const { name, shape } of shapes) parameters.get(name).data.set(formulaTensor(name, shape).data)
  const config = configOf(parameters.stateDict(), model, { resolution, ...heads[model] })
  return { config, parameters }
}

export function picture(index: number, resolution: number): Float32Tensor {
  return float32([1, 3, resolution, resolution], uniform(`image ${index}`, 3 * resolution ** 2))
}

export function readyEmbedding(index: number, config: EfficientSamConfig): Float32Tensor {
  const side = gridSide(config)
  const shape = [1, config.decoderDim, side, side]
  return float32(shape, uniform(`embedding ${index}`, config.decoderDim * side ** 2))
}

/** The middle of the picture, with the padding that fills the slots. */
export function box({ resolution, promptTokens }: EfficientSamConfig): PromptTokens {
  const points = new Float32Array(2 * promptTokens).fill(-1)
  const [low, high] = [Math.floor(resolution / 4), Math.floor((resolution * 3) / 4) - 1]
  points.set([low, low, high, high])
  const labels = new Int8Array(promptTokens).fill(-1)
  labels.set([2, 3])
  return { points, labels }
}

/** The middle as a mask, [side, side]. */
export function target(side: number): Uint8Array {
  const mask = new Uint8Array(side * side)
  const [low, high] = [Math.floor(side / 4), Math.floor((side * 3) / 4)]
  for (let row = low; row < high; row++) mask.fill(1, row * side + low, row * side + high)
  return mask
}

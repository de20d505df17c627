import type { Float32Tensor, NamedTensors } from '../../src/core/engine'
import type { EfficientSamConfig } from '../../src/core/models/efficient-sam/config'
import { block, neck, stem } from '../../src/core/models/efficient-sam/image-encoder'
import { weightInputs } from '../../src/core/nn/weight-inputs'
import { float32 } from '../../src/core/tensor/tensor'
import type { Parameters } from '../../src/core/training/parameters'
import { runTraced } from './traced'

function scoped(prefix: string, results: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(results).map(([name, value]) => [
      name.includes('.') && /^(enc|dec|prompt)\./.test(name) ? name : prefix + name,
      value,
    ]),
  )
}

function feeds(parameters: Parameters, prefix: string): NamedTensors {
  return Object.fromEntries(
    parameters.entries
      .filter(entry => entry.name.startsWith(prefix))
      .map(entry => [entry.name.slice(prefix.length), parameters.get(entry.name)]),
  )
}

/** Every stage of the encoder for one image, named as in the fixtures. */
export async function encodeStages(
  image: Float32Tensor,
  { config, parameters }: { config: EfficientSamConfig; parameters: Parameters },
): Promise<{ stages: NamedTensors; embedding: Float32Tensor }> {
  const stages: Record<string, Float32Tensor> = {}
  const start = await runTraced(
    (g, trace) => ({ output: stem(g, config, g.input('x', image.shape), weightInputs(g).weight, trace) }),
    { x: image, ...feeds(parameters, 'image_encoder.') },
  )
  Object.assign(stages, start)
  let x = start['output'] as Float32Tensor
  stages['enc.tokens_in'] = x
  for (let index = 0; index < config.encoderDepth; index++) {
    const results = await runTraced(
      (g, trace) => ({
        output: block(g, config, g.input('x', x.shape), weightInputs(g).weight, { trace }).output,
      }),
      { x, ...feeds(parameters, `image_encoder.blocks.${index}.`) },
    )
    Object.assign(stages, scoped(`enc.block${index}.`, results))
    x = results['output'] as Float32Tensor
    stages[`enc.block${index}`] = x
  }
  const end = await runTraced(
    (g, trace) => ({ output: neck(g, config, g.input('x', x.shape), weightInputs(g).weight, trace) }),
    { x, ...feeds(parameters, 'image_encoder.') },
  )
  Object.assign(stages, end)
  return { stages, embedding: end['output'] as Float32Tensor }
}

/** Batches of one behind one another. */
export function stacked(parts: readonly Float32Tensor[]): Float32Tensor {
  const shape = parts[0]?.shape ?? []
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  parts.reduce((offset, part) => {
    data.set(part.data, offset)
    return offset + part.data.length
  }, 0)
  return float32([parts.length * (shape[0] ?? 1), ...shape.slice(1)], data)
}

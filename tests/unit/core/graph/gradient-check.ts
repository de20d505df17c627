import { backward } from '../../../../src/core/autodiff/backward'
import { GraphBuilder } from '../../../../src/core/graph/builder'
import { mul, sumAll } from '../../../../src/core/graph/functions'
import type { Value } from '../../../../src/core/graph/op'
import type { Shape } from '../../../../src/core/tensor/shape'
import { sizeOf } from '../../../../src/core/tensor/shape'
import type { Float32Tensor } from '../../../../src/core/engine'
import { float32 } from '../../../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'

/** A fixed smooth pseudo-random filling; `offset` keeps logarithms and roots in their domain. */
export function filled(shape: Shape, seed: number, scale = 1, offset = 0): Float32Tensor {
  const data = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => offset + scale * Math.sin(12.9898 * (i + 1) + 78.233 * seed),
  )
  return float32(shape, data)
}

export interface GradientCheck {
  readonly inputs: readonly Float32Tensor[]
  readonly build: (g: GraphBuilder, values: readonly Value[]) => Value
}

/**
 * Compares autodiff with central differences along one random direction an input:
 * (f(x + h d) - f(x - h d)) / 2h against <grad, d>.
 *
 * @returns relative errors, one an input
 */
export async function gradientErrors({ inputs, build }: GradientCheck, h = 1e-2): Promise<number[]> {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const g = new GraphBuilder('check')
  const values = inputs.map((input, index) => g.input(`x${index}`, input.shape))
  const output = build(g, values)
  const weights = filled(output.shape, 99)
  const loss = sumAll(g, mul(g, output, g.constant(weights.shape, weights.data)))
  const gradients = backward(g, [{ output: loss, gradient: g.constant([], [1]) }], values)
  const named = gradients.map(
    (gradient, index) =>
      [
        `g${index}`,
        gradient ??
          g.constant(values[index]?.shape ?? [], new Float32Array(sizeOf(values[index]?.shape ?? []))),
      ] as const,
  )
  const program = await engine.compile(g.build({ output, ...Object.fromEntries(named) }))
  // The weighted sum in float64 here: in float32 its rounding would drown the difference.
  const lossAt = async (tensors: readonly Float32Tensor[]): Promise<number> => {
    const result = await program.run(
      Object.fromEntries(tensors.map((tensor, index) => [`x${index}`, tensor])),
    )
    return result['output']?.data.reduce((sum, value, i) => sum + value * (weights.data[i] ?? 0), 0) ?? NaN
  }
  const exact = await program.run(Object.fromEntries(inputs.map((tensor, index) => [`x${index}`, tensor])))
  const errors: number[] = []
  for (const [index, input] of inputs.entries()) {
    const direction = filled(input.shape, 7 + index)
    const moved = (sign: number): Float32Tensor[] =>
      inputs.map((tensor, i) =>
        i === index
          ? float32(
              tensor.shape,
              tensor.data.map((value, k) => value + sign * h * (direction.data[k] ?? 0)),
            )
          : tensor,
      )
    const numeric = ((await lossAt(moved(1))) - (await lossAt(moved(-1)))) / (2 * h)
    const analytic =
      exact[`g${index}`]?.data.reduce((sum, value, k) => sum + value * (direction.data[k] ?? 0), 0) ?? NaN
    errors.push(Math.abs(numeric - analytic) / Math.max(1e-2, Math.abs(numeric), Math.abs(analytic)))
  }
  await engine.dispose()
  return errors
}

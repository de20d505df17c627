import { gemm, reshape } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import { sizeOf } from '../tensor/shape'

/** How a layer gets a weight: by its name in the state dict and its shape there. */
export type WeightOf = (name: string, shape: readonly number[]) => Value

/** `y = x W^T + b` on the last axis, with W as PyTorch keeps it: [out, in]. */
export function linear(g: OpBuilder, x: Value, out: number, weight: WeightOf, prefix: string): Value {
  const channels = x.shape.at(-1) as number
  const rows = reshape(g, x, [sizeOf(x.shape) / channels, channels])
  const y = gemm(g, rows, weight(`${prefix}.weight`, [out, channels]), {
    transB: true,
    c: weight(`${prefix}.bias`, [out]),
  })
  return reshape(g, y, [...x.shape.slice(0, -1), out])
}

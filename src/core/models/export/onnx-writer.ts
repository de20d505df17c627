import { invariant } from '../../../shared/errors'
import type { OnnxAttribute, OnnxNode } from '../../graph/op'
import type { OnnxConstant } from '../../onnx/emit'
import type { Shape } from '../../tensor/shape'
import type { Tensor } from '../../tensor/tensor'

/** TensorProto.DataType of what an exported file takes, and casts to. */
export const onnxType = { float: 1, uint8: 2, int64: 7, bool: 9, double: 11 } as const
export type OnnxType = keyof typeof onnxType

type Attributes = Readonly<Record<string, OnnxAttribute>>

/**
 * Writes ONNX nodes one by one, by the names of values. Unlike a graph of ours, what it writes may have sizes that are
 * only known when the file is run: those of the picture, how many prompts there are, and how many points in each.
 */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = []
  readonly #constants = new Map<string, OnnxConstant>()
  #count = 0

  get constants(): readonly OnnxConstant[] {
    return [...this.#constants.values()]
  }

  fresh(hint: string): string {
    return `${hint}_${this.#count++}`
  }

  /** A node with one output, whose name it returns. An input left out is ''. */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const [output] = this.ops(opType, inputs, 1, attributes)
    invariant(output, 'one output')
    return output
  }

  ops(opType: string, inputs: readonly string[], count: number, attributes: Attributes = {}): string[] {
    const outputs = Array.from({ length: count }, () => this.fresh(opType.toLowerCase()))
    this.nodes.push({ opType, inputs, outputs, attributes })
    return outputs
  }

  /** Gives a value the name that the file's readers know. */
  output(value: string, name: string): void {
    this.nodes.push({ opType: 'Identity', inputs: [value], outputs: [name] })
  }

  int64(values: readonly number[]): string {
    return this.#int64([values.length], values)
  }

  int64Scalar(value: number): string {
    return this.#int64([], [value])
  }

  float(value: number): string {
    return this.floats([], [value])
  }

  floats(shape: Shape, values: readonly number[] | Float32Array): string {
    const key = values.length <= 16 ? `float32[${shape.join('x')}](${values.join()})` : this.fresh('float32')
    return this.#constant(key, { name: key, dtype: 'float32', shape, values: Float32Array.from(values) })
  }

  /** A weight, once in the file whoever uses it. */
  weight(name: string, { shape, data }: Tensor<'float32'>): string {
    return this.#constant(name, { name, dtype: 'float32', shape, values: data })
  }

  cast(value: string, type: OnnxType): string {
    return this.op('Cast', [value], { to: { int: onnxType[type] } })
  }

  /** The size of an axis, as [1] of int64. */
  sizeOf(value: string, axis: number): string {
    return this.op('Gather', [this.op('Shape', [value]), this.int64([axis])])
  }

  concat(parts: readonly string[], axis: number): string {
    return this.op('Concat', parts, { axis: { int: axis } })
  }

  #int64(shape: Shape, values: readonly number[]): string {
    const key = `int64[${shape.join('x')}](${values.join()})`
    return this.#constant(key, { name: key, dtype: 'int64', shape, values })
  }

  #constant(key: string, constant: OnnxConstant): string {
    if (!this.#constants.has(key)) this.#constants.set(key, constant)
    return key
  }
}

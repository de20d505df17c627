import type { Graph } from './graph/graph'
import type { Tensor } from './tensor/tensor'

export type Float32Tensor = Tensor<'float32'>
export type NamedTensors = Readonly<Record<string, Float32Tensor>>

/** A compiled graph. */
export interface Program {
  /**
   * @param inputs - one for each input of the graph; others are ignored
   * @param into - arrays that the named outputs are written into; other outputs get fresh arrays
   */
  run(inputs: NamedTensors, into?: NamedTensors): Promise<NamedTensors>
  dispose(): Promise<void>
}

export interface CompileOptions {
  /**
   * Keep what a run needs for the next one. For graphs that run over and over, such as a block of an encoder: others
   * would hold their memory while something else runs, to save a few milliseconds.
   */
  readonly keepsMemory?: boolean
}

/** The only door to a runtime. */
export interface Engine {
  /** What runs the programs, for reports: "ONNX Runtime 1.30.0, CPU, 2 threads" */
  readonly description: string
  compile(graph: Graph, options?: CompileOptions): Promise<Program>
  dispose(): Promise<void>
}

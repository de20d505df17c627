import * as ort from 'onnxruntime-node'
import type { CompileOptions, Engine, Float32Tensor, NamedTensors, Program } from '../../../core/engine'
import type { Graph } from '../../../core/graph/graph'
import { verify } from '../../../core/graph/verify'
import { encodeOnnx } from '../../../core/onnx/encode'
import { float32 } from '../../../core/tensor/tensor'
import { invariant } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'

export interface OnnxRuntimeOptions {
  /** Threads of the matrix products; 0 lets the runtime take every core */
  readonly threads: number
}

const toOrt = (tensor: Float32Tensor): ort.Tensor => new ort.Tensor('float32', tensor.data, tensor.shape)

function fromOrt(name: string, tensor: ort.Tensor | undefined): Float32Tensor {
  invariant(tensor?.data instanceof Float32Array, `output ${name} is an array of floats`)
  return float32(tensor.dims, tensor.data)
}

class OnnxRuntimeProgram implements Program {
  readonly #graph: Graph
  #session: ort.InferenceSession | null

  constructor(graph: Graph, session: ort.InferenceSession) {
    this.#graph = graph
    this.#session = session
  }

  async run(inputs: NamedTensors, into: NamedTensors = {}): Promise<NamedTensors> {
    invariant(this.#session, `${this.#graph.name} still has its session`)
    const feeds: Record<string, ort.Tensor> = {}
    for (const { name, value } of this.#graph.inputs) {
      const given = inputs[name]
      invariant(given, `${this.#graph.name} needs the input ${name}`)
      invariant(
        given.shape.join() === value.shape.join(),
        `${this.#graph.name}: ${name} is [${value.shape.join()}], got [${given.shape.join()}]`,
      )
      feeds[name] = toOrt(given)
    }
    const fetches: Record<string, ort.Tensor | null> = {}
    for (const { name } of this.#graph.outputs) fetches[name] = into[name] ? toOrt(into[name]) : null
    const results = await this.#session.run(feeds, fetches)
    return Object.fromEntries(
      this.#graph.outputs.map(({ name }) => [name, into[name] ?? fromOrt(name, results[name])]),
    )
  }

  async dispose(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.release()
  }
}

/** ONNX Runtime on the CPU. Load it in a worker thread only: a run blocks the thread that asks for it. */
export class OnnxRuntimeEngine implements Engine {
  readonly description: string
  readonly #options: OnnxRuntimeOptions
  readonly #programs: Program[] = []

  constructor(options: OnnxRuntimeOptions) {
    this.#options = options
    const threads = options.threads === 0 ? 'all threads' : countOf(options.threads, 'thread')
    this.description = `ONNX Runtime ${ort.env.versions.node ?? ''}, CPU, ${threads}`
  }

  async compile(graph: Graph, { keepsMemory = false }: CompileOptions = {}): Promise<Program> {
    verify(graph)
    const session = await ort.InferenceSession.create(encodeOnnx(graph), {
      executionProviders: ['cpu'],
      intraOpNumThreads: this.#options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
      enableCpuMemArena: keepsMemory,
      // The pattern asks for a second block as large as all that a run allocates, beside what the arena has.
      enableMemPattern: false,
    })
    const program = new OnnxRuntimeProgram(graph, session)
    this.#programs.push(program)
    return program
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.splice(0)) await program.dispose()
  }
}

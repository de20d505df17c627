import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import { invariant } from '../../../shared/errors'
import type { GradientSink } from '../../training/gradient-sink'
import type { KeptForward, SteppedEncoder } from '../../training/model-family'
import type { Parameters } from '../../training/parameters'
import type { EfficientSamConfig } from './config'
import type { EncoderPiece } from './encoder-graphs'
import { backwardGraph, forwardGraph, weightNames } from './encoder-graphs'

/** One piece's turn: which compiled graph, and where its weights are. */
interface Step {
  readonly piece: EncoderPiece
  readonly prefix: string
}

const root = 'image_encoder.'

function stepsOf(config: EfficientSamConfig): Step[] {
  const blocks = Array.from({ length: config.encoderDepth }, (_, index): Step => ({
    piece: 'block',
    prefix: `${root}blocks.${index}.`,
  }))
  return [{ piece: 'stem', prefix: root }, ...blocks, { piece: 'neck', prefix: root }]
}

/** Runs the image encoder on an engine, one image at a time, forward and backward. */
export class ImageEncoder implements SteppedEncoder {
  readonly #engine: Engine
  readonly #config: EfficientSamConfig
  readonly #parameters: Parameters
  readonly #steps: readonly Step[]
  readonly #programs = new Map<string, Promise<{ program: Program; weights: readonly string[] }>>()

  constructor(engine: Engine, config: EfficientSamConfig, parameters: Parameters) {
    this.#engine = engine
    this.#config = config
    this.#parameters = parameters
    this.#steps = stepsOf(config)
  }

  get stepCount(): number {
    return this.#steps.length
  }

  weightsOf(step: number): readonly string[] {
    const { piece, prefix } = this.#step(step)
    return weightNames(piece, this.#config).map(name => prefix + name)
  }

  async forward(x: Float32Tensor, from = 0, to = this.stepCount): Promise<Float32Tensor> {
    let carried = x
    for (const step of this.#steps.slice(from, to)) carried = (await this.#forwardStep(step, carried)).output
    return carried
  }

  /** Keeps each step's input and, of a block, what its heads attended to. */
  async forwardKeeping(x: Float32Tensor, from = 0): Promise<KeptForward> {
    const kept: NamedTensors[] = []
    let carried = x
    for (const step of this.#steps.slice(from)) {
      const { output, inner } = await this.#forwardStep(step, carried)
      kept.push({ x: carried, ...inner })
      carried = output
    }
    return { embedding: carried, kept }
  }

  async backward(
    kept: readonly NamedTensors[],
    gradient: Float32Tensor,
    sink: GradientSink,
    from = 0,
  ): Promise<void> {
    let carried = gradient
    for (let index = this.stepCount - 1; index >= from; index--) {
      const step = this.#step(index)
      const values = kept[index - from]
      invariant(values, 'a kept value for every step')
      const { program, weights } = await this.#program(step.piece, 'backward')
      const into = sink.arrays(weights.map(name => [gradientName(name), step.prefix + name]))
      const feeds = { ...values, gradient: carried, ...this.#weightsOf(step, weights) }
      const results = await program.run(feeds, into)
      sink.add(weights.map(name => step.prefix + name))
      if (step.piece === 'stem') return
      const inputGradient = results[gradientName('x')]
      invariant(inputGradient, 'a gradient for the input')
      carried = inputGradient
    }
  }

  #step(index: number): Step {
    const step = this.#steps[index]
    invariant(step, `the encoder has a step ${index}`)
    return step
  }

  async #forwardStep(step: Step, x: Float32Tensor): Promise<{ output: Float32Tensor; inner: NamedTensors }> {
    const { program, weights } = await this.#program(step.piece, 'forward')
    const { output, ...inner } = await program.run({ x, ...this.#weightsOf(step, weights) })
    invariant(output, `${step.piece} has an output`)
    return { output, inner }
  }

  #weightsOf(step: Step, names: readonly string[]): NamedTensors {
    return Object.fromEntries(names.map(name => [name, this.#parameters.get(step.prefix + name)]))
  }

  /** Compiles a piece at its first use. */
  #program(
    piece: EncoderPiece,
    direction: 'forward' | 'backward',
  ): Promise<{ program: Program; weights: readonly string[] }> {
    const key = `${piece} ${direction}`
    const known = this.#programs.get(key)
    if (known) return known
    const graph =
      direction === 'forward' ? forwardGraph(piece, this.#config) : backwardGraph(piece, this.#config)
    const weights = weightNames(piece, this.#config)
    // Stem and neck run once an image, a block a dozen times.
    const compiled = this.#engine
      .compile(graph, { keepsMemory: piece === 'block' })
      .then(program => ({ program, weights }))
    this.#programs.set(key, compiled)
    return compiled
  }
}

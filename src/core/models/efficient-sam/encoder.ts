import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import { invariant } from '../../../shared/errors'
import type { GradientSink } from '../../training/gradient-sink'
import type { Parameters } from '../../training/parameters'
import type { EfficientSamConfig } from './config'
import type { EncoderPiece } from './encoder-graphs'
import { backwardGraph, forwardGraph, weightNames } from './encoder-graphs'

/** One piece's turn: which compiled graph, and where its weights are. */
interface Step {
  readonly piece: EncoderPiece
  readonly prefix: string
}

/** What the forward pass keeps of a step: its input and, of a block, what its heads attended to. */
export type KeptStep = NamedTensors

export interface KeptForward {
  /** [1, decoderDim, side, side] */
  readonly embedding: Float32Tensor
  readonly kept: readonly KeptStep[]
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
export class ImageEncoder {
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

  /**
   * @param image - [1, 3, resolution, resolution], preprocessed
   * @returns the embedding, [1, decoderDim, side, side]
   */
  async forward(image: Float32Tensor): Promise<Float32Tensor> {
    let x = image
    for (const step of this.#steps) x = (await this.#forwardStep(step, x)).output
    return x
  }

  /** The forward pass of training: keeps what `backward` needs. */
  async forwardKeeping(image: Float32Tensor): Promise<KeptForward> {
    const kept: KeptStep[] = []
    let x = image
    for (const step of this.#steps) {
      const { output, inner } = await this.#forwardStep(step, x)
      kept.push({ x, ...inner })
      x = output
    }
    return { embedding: x, kept }
  }

  /**
   * Gives the gradients of the encoder's weights to `sink`.
   *
   * @param gradient - of the embedding, [1, decoderDim, side, side]
   */
  async backward(kept: readonly KeptStep[], gradient: Float32Tensor, sink: GradientSink): Promise<void> {
    let carried = gradient
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      const step = this.#steps[index]
      const values = kept[index]
      invariant(step && values, 'a kept value for every step')
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
    const compiled = this.#engine.compile(graph).then(program => ({ program, weights }))
    this.#programs.set(key, compiled)
    return compiled
  }
}

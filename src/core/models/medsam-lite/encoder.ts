import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import { invariant } from '../../../shared/errors'
import type { GradientSink } from '../../training/gradient-sink'
import type { KeptForward, SteppedEncoder } from '../../training/model-family'
import type { Parameters } from '../../training/parameters'
import { isBuffer } from '../buffers'
import type { MedSamLiteConfig } from './config'
import { backwardGraph, forwardGraph, localPrefix, weightNames } from './encoder-graphs'
import type { EncoderPiece } from './encoder-pieces'
import { encoderPieces } from './encoder-pieces'

interface Compiled {
  readonly program: Program
  readonly weights: readonly string[]
}

/** Runs the image encoder piece by piece, one image at a time, forward and backward. */
export class ImageEncoder implements SteppedEncoder {
  readonly #engine: Engine
  readonly #parameters: Parameters
  readonly #pieces: readonly EncoderPiece[]
  readonly #programs = new Map<string, Promise<Compiled>>()

  constructor(engine: Engine, config: MedSamLiteConfig, parameters: Parameters) {
    this.#engine = engine
    this.#parameters = parameters
    this.#pieces = encoderPieces(config)
  }

  get stepCount(): number {
    return this.#pieces.length
  }

  weightsOf(step: number): readonly string[] {
    const piece = this.#piece(step)
    return trainedNames(piece).map(name => fullName(piece, name))
  }

  async forward(x: Float32Tensor, from = 0, to = this.stepCount): Promise<Float32Tensor> {
    let carried = x
    for (const piece of this.#pieces.slice(from, to)) carried = await this.#forwardPiece(piece, carried)
    return carried
  }

  /** Keeps what went into each piece. */
  async forwardKeeping(x: Float32Tensor, from = 0): Promise<KeptForward> {
    const kept: NamedTensors[] = []
    let carried = x
    for (const piece of this.#pieces.slice(from)) {
      kept.push({ x: carried })
      carried = await this.#forwardPiece(piece, carried)
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
      const piece = this.#piece(index)
      const values = kept[index - from]
      invariant(values, 'a kept value for every piece')
      const { program, weights } = await this.#program(piece, 'backward')
      const trained = trainedNames(piece)
      const into = sink.arrays(trained.map(name => [gradientName(name), fullName(piece, name)]))
      const results = await program.run(
        { ...values, gradient: carried, ...this.#weightsOf(piece, weights) },
        into,
      )
      sink.add(trained.map(name => fullName(piece, name)))
      const inputGradient = results[gradientName('x')]
      invariant(inputGradient || index === 0, 'a gradient for the input')
      if (inputGradient) carried = inputGradient
    }
  }

  #piece(index: number): EncoderPiece {
    const piece = this.#pieces[index]
    invariant(piece, `the encoder has a piece ${index}`)
    return piece
  }

  async #forwardPiece(piece: EncoderPiece, x: Float32Tensor): Promise<Float32Tensor> {
    const { program, weights } = await this.#program(piece, 'forward')
    const { output } = await program.run({ x, ...this.#weightsOf(piece, weights) })
    invariant(output, `${piece.kind} has an output`)
    return output
  }

  #weightsOf(piece: EncoderPiece, names: readonly string[]): NamedTensors {
    return Object.fromEntries(names.map(name => [name, this.#parameters.get(fullName(piece, name))]))
  }

  /** Compiles a kind of piece at its first use. */
  #program(piece: EncoderPiece, direction: 'forward' | 'backward'): Promise<Compiled> {
    const key = `${piece.kind} ${direction}`
    const known = this.#programs.get(key)
    if (known) return known
    const graph = direction === 'forward' ? forwardGraph(piece) : backwardGraph(piece)
    const weights = weightNames(piece)
    // The one piece that runs twice on arrays of 64 MB, more than an allocator keeps by itself.
    const keepsMemory = key === 'block0 backward'
    const compiled = this.#engine.compile(graph, { keepsMemory }).then(program => ({ program, weights }))
    this.#programs.set(key, compiled)
    return compiled
  }
}

const trainedNames = (piece: EncoderPiece): string[] => weightNames(piece).filter(name => !isBuffer(name))

/** The state dict's name of a weight that a piece's graph knows as `name`. */
const fullName = ({ prefix }: EncoderPiece, name: string): string =>
  `image_encoder.${prefix}${name.slice(localPrefix.length)}`

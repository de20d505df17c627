import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import { invariant } from '../../../shared/errors'
import type { GradientSink } from '../../training/gradient-sink'
import type { Parameters } from '../../training/parameters'
import type { MedSamLiteConfig } from './config'
import { backwardGraph, forwardGraph, localPrefix, weightNames } from './encoder-graphs'
import type { EncoderPiece } from './encoder-pieces'
import { encoderPieces } from './encoder-pieces'
import { isBuffer } from './weights'

export interface KeptForward {
  /** [1, decoderDim, side, side] */
  readonly embedding: Float32Tensor
  /** What went into each piece */
  readonly kept: readonly Float32Tensor[]
}

interface Compiled {
  readonly program: Program
  readonly weights: readonly string[]
}

/** Runs the image encoder piece by piece, one image at a time, forward and backward. */
export class ImageEncoder {
  readonly #engine: Engine
  readonly #parameters: Parameters
  readonly #pieces: readonly EncoderPiece[]
  readonly #programs = new Map<string, Promise<Compiled>>()

  constructor(engine: Engine, config: MedSamLiteConfig, parameters: Parameters) {
    this.#engine = engine
    this.#parameters = parameters
    this.#pieces = encoderPieces(config)
  }

  /**
   * @param image - [1, 3, resolution, resolution], preprocessed
   * @returns the embedding, [1, decoderDim, side, side]
   */
  async forward(image: Float32Tensor): Promise<Float32Tensor> {
    let x = image
    for (const piece of this.#pieces) x = await this.#forwardPiece(piece, x)
    return x
  }

  /** The forward pass of training: keeps what `backward` needs. */
  async forwardKeeping(image: Float32Tensor): Promise<KeptForward> {
    const kept: Float32Tensor[] = []
    let x = image
    for (const piece of this.#pieces) {
      kept.push(x)
      x = await this.#forwardPiece(piece, x)
    }
    return { embedding: x, kept }
  }

  /**
   * Gives the gradients of the encoder's weights to `sink`.
   *
   * @param gradient - of the embedding, [1, decoderDim, side, side]
   */
  async backward(kept: readonly Float32Tensor[], gradient: Float32Tensor, sink: GradientSink): Promise<void> {
    let carried = gradient
    for (let index = this.#pieces.length - 1; index >= 0; index--) {
      const piece = this.#pieces[index]
      const x = kept[index]
      invariant(piece && x, 'a kept value for every piece')
      const { program, weights } = await this.#program(piece, 'backward')
      const trained = weights.filter(name => !isBuffer(name))
      const into = sink.arrays(trained.map(name => [gradientName(name), fullName(piece, name)]))
      const results = await program.run({ x, gradient: carried, ...this.#weightsOf(piece, weights) }, into)
      sink.add(trained.map(name => fullName(piece, name)))
      const inputGradient = results[gradientName('x')]
      invariant(inputGradient || index === 0, 'a gradient for the input')
      if (inputGradient) carried = inputGradient
    }
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
    const compiled = this.#engine.compile(graph).then(program => ({ program, weights }))
    this.#programs.set(key, compiled)
    return compiled
  }
}

/** The state dict's name of a weight that a piece's graph knows as `name`. */
const fullName = ({ prefix }: EncoderPiece, name: string): string =>
  `image_encoder.${prefix}${name.slice(localPrefix.length)}`

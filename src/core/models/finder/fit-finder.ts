import { invariant } from '../../../shared/errors'
import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, Program } from '../../engine'
import type { Generator } from '../../random'
import { random } from '../../random'
import { sizeOf } from '../../tensor/shape'
import { float32 } from '../../tensor/tensor'
import { adamWState, adamWStep } from '../../training/optimizers'
import type { Parameters } from '../../training/parameters'
import { LossNotFinite } from '../../training/trainer'
import type { CoarseTarget } from './coarse-target'
import type { FinderConfig } from './config'
import { mapSide } from './config'
import { finderTrainingGraph } from './graphs'
import { dropPlaces } from './head'
import { initialFinderWeights } from './initial-weights'

/** A slice and what the maps should show of it. */
export interface FinderExample {
  /** [1, channels, side, side] */
  readonly embedding: Float32Tensor
  readonly target: CoarseTarget
}

/** Opened when it is needed, so that a data set need not fit into memory. */
export type FinderSource = () => Promise<FinderExample>

export interface FitFinderOptions {
  readonly seed: number
  /** Left out: so many that about 3200 slices are seen, 2 at least, 120 at most */
  readonly epochs?: number
  /** Asked between steps: the fit then ends where it is */
  readonly stopRequested?: () => boolean
}

export interface FitProgress {
  /** Epochs done, and how many there are */
  readonly epoch: number
  readonly epochs: number
  /** Mean over the epoch */
  readonly loss: number
}

/** Slices that a fit sees altogether: on 30 fetal heads and their mirror images half as many cost 0.06 of box IoU. */
const visitsWanted = 3200
const batchSize = 4
const peakRate = 3e-3
/** Part of the steps in which the rate climbs to its peak; then it falls to 0 as half a cosine. */
const warmup = 0.05
/** Part of the channels left out at each place of the head in each step: embeddings of few slices are learned by heart else. */
const dropped = 0.2
const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.05 }

export function defaultEpochs(slices: number): number {
  return Math.min(120, Math.max(2, Math.round(visitsWanted / Math.max(1, slices))))
}

/**
 * Trains a finder from the start. Slices come in an order that is a function of seed and epoch alone, so the weights
 * are the same each time (on one machine, engine and thread count).
 *
 * @returns the weights; null when it was stopped before its end
 * @throws LossNotFinite when an embedding holds values that are no numbers
 */
export async function* fitFinder(
  engine: Engine,
  config: FinderConfig,
  sources: readonly FinderSource[],
  options: FitFinderOptions,
): AsyncGenerator<FitProgress, Parameters | null> {
  const parameters = initialFinderWeights(config, options.seed)
  const epochs = options.epochs ?? defaultEpochs(sources.length)
  const stepsAnEpoch = Math.ceil(sources.length / batchSize)
  const places = Math.min(batchSize, sources.length)
  const program = await engine.compile(finderTrainingGraph(config, places))
  const fit = new Fit(program, { config, parameters, places })
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = random(options.seed, 'finder', 'order', epoch).shuffle(sources.length)
      let sum = 0
      for (let step = 0; step < stepsAnEpoch; step++) {
        if (options.stopRequested?.()) return null
        const chosen = order.slice(step * batchSize, (step + 1) * batchSize)
        const examples = await Promise.all(chosen.flatMap(index => sources[index]?.() ?? []))
        const done = (epoch * stepsAnEpoch + step) / (epochs * stepsAnEpoch)
        const keep = random(options.seed, 'finder', 'drop', epoch, step)
        const loss = await fit.step(examples, { learningRate: rateAt(done), keep })
        if (loss === null) throw new LossNotFinite(epoch, step)
        sum += loss * examples.length
      }
      yield { epoch: epoch + 1, epochs, loss: sum / sources.length }
    }
    return parameters
  } finally {
    await program.dispose()
  }
}

/** @param done - part of all steps, in [0, 1) */
function rateAt(done: number): number {
  if (done < warmup) return (peakRate * (done + warmup)) / (2 * warmup)
  return (peakRate * (1 + Math.cos((Math.PI * (done - warmup)) / (1 - warmup)))) / 2
}

/** The arrays that every step of a fit uses again. */
class Fit {
  readonly #program: Program
  readonly #config: FinderConfig
  readonly #parameters: Parameters
  readonly #gradients: Parameters
  /** Slices of a batch of the compiled graph */
  readonly #places: number
  readonly #into: Readonly<Record<string, Float32Tensor>>
  readonly #state

  constructor(
    program: Program,
    {
      config,
      parameters,
      places,
    }: { readonly config: FinderConfig; readonly parameters: Parameters; readonly places: number },
  ) {
    this.#program = program
    this.#config = config
    this.#parameters = parameters
    this.#places = places
    this.#gradients = parameters.zerosLike()
    this.#state = adamWState(parameters.flat.length)
    this.#into = Object.fromEntries(
      parameters.entries.map(({ name }) => [gradientName(name), this.#gradients.get(name)]),
    )
  }

  /** @returns the loss before the step; null, and nothing changed, where it or a gradient is not finite */
  async step(
    examples: readonly FinderExample[],
    { learningRate, keep }: { readonly learningRate: number; readonly keep: Generator },
  ): Promise<number | null> {
    const weights = Object.fromEntries(this.#parameters.stateDict())
    const shape = [dropPlaces, this.#places, this.#config.hidden, 1, 1]
    const factors = Float32Array.from({ length: sizeOf(shape) }, () =>
      keep.uniform() < dropped ? 0 : 1 / (1 - dropped),
    )
    const feeds = { ...weights, ...this.#batch(examples), keep: float32(shape, factors) }
    const { loss } = await this.#program.run(feeds, this.#into)
    const value = loss?.data[0] ?? NaN
    if (!Number.isFinite(value) || !this.#gradients.flat.every(Number.isFinite)) return null
    const all = [{ start: 0, end: this.#parameters.flat.length }]
    adamWStep(this.#parameters.flat, this.#gradients.flat, this.#state, { ...optimizer, learningRate }, all)
    return value
  }

  /** The last batch of an epoch may be short: its empty places have weight 0, so one compiled graph serves all. */
  #batch(examples: readonly FinderExample[]): Readonly<Record<string, Float32Tensor>> {
    const { channels, side, classes } = this.#config
    const places = this.#places
    const cells = mapSide(this.#config) ** 2
    const [features, maps] = [channels * side * side, classes * cells]
    const embedding = new Float32Array(places * features)
    const target = new Float32Array(places * maps)
    const cellWeight = new Float32Array(places * maps)
    examples.forEach((example, index) => {
      invariant(
        example.embedding.data.length === features,
        'an embedding of the size that the finder was made for',
      )
      embedding.set(example.embedding.data, index * features)
      target.set(example.target.cells, index * maps)
      cellWeight.set(example.target.weights, index * maps)
    })
    const shape = [places, classes, mapSide(this.#config), mapSide(this.#config)]
    return {
      embedding: float32([places, channels, side, side], embedding),
      target: float32(shape, target),
      cellWeight: float32(shape, cellWeight),
    }
  }
}

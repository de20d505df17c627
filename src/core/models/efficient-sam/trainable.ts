import { invariant } from '../../../shared/errors'
import { gradientName } from '../../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import { float32 } from '../../tensor/tensor'
import type { LossOptions } from '../../training/losses'
import { GradientSink } from '../../training/gradient-sink'
import type { Parameters } from '../../training/parameters'
import type { Judgement, StepLosses, Trainable, TrainingSample } from '../../training/trainable'
import { lossesOf } from '../../training/trainable'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'
import { keyPositionOf, promptInputs, weightFeeds } from './decoder'
import type { KeptStep } from './encoder'
import { ImageEncoder } from './encoder'
import { lossGraph, trainingGraph } from './training-graph'
import { isBuffer } from './weights'

export interface TrainableOptions {
  readonly trainEncoder: boolean
  /** Side of the target masks, pixels */
  readonly maskSide: number
  readonly loss: LossOptions
}

/** Cells times samples that one run of the decoder takes at most: memory then does not grow with the batch. */
const mostCellsARun = 1024

interface Compiled {
  readonly program: Program
  readonly inputs: readonly string[]
  readonly gradients: readonly string[]
}

interface Part {
  readonly samples: readonly TrainingSample[]
  readonly embedding: Float32Tensor
  readonly kept: readonly KeptStep[] | null
}

/** EfficientSAM under training: one image at a time through the encoder, a few prompts at a time through the decoder. */
export class TrainableEfficientSam implements Trainable {
  readonly parameters: Parameters
  readonly gradients: Parameters
  readonly trainedNames: readonly string[]
  readonly #engine: Engine
  readonly #config: EfficientSamConfig
  readonly #options: TrainableOptions
  readonly #encoder: ImageEncoder
  readonly #sink: GradientSink
  readonly #compiled = new Map<string, Promise<Compiled>>()
  #keyPosition: Promise<Float32Tensor> | null = null

  constructor(
    engine: Engine,
    model: { config: EfficientSamConfig; parameters: Parameters; encoder?: ImageEncoder },
    options: TrainableOptions,
  ) {
    this.#engine = engine
    this.#config = model.config
    this.#options = options
    this.parameters = model.parameters
    this.gradients = model.parameters.zerosLike()
    this.#sink = new GradientSink(this.gradients)
    this.#encoder = model.encoder ?? new ImageEncoder(engine, model.config, model.parameters)
    this.trainedNames = model.parameters.entries
      .map(entry => entry.name)
      .filter(name => !isBuffer(name) && (options.trainEncoder || !name.startsWith('image_encoder.')))
  }

  async computeGradients(batch: readonly TrainingSample[]): Promise<StepLosses> {
    const parts = this.#parts(batch)
    const batchIou = await this.#batchIou(batch, parts)
    const totals = new LossMean()
    for (const [index, samples] of parts.entries()) {
      this.#sink.startPart(index === 0)
      const part = await this.#encode(samples)
      const share = samples.length / batch.length
      const compiled = await this.#program('training', samples.length, batchIou ? batch.length : 0)
      const into = this.#sink.arrays(compiled.gradients.map(name => [gradientName(name), name]))
      const results = await this.#run(compiled, part, { batchIou, weight: float32([], [share]) }, into)
      this.#sink.add(compiled.gradients)
      const embeddingGradient = results[gradientName('embedding')]
      if (part.kept && embeddingGradient) {
        await this.#encoder.backward(part.kept, embeddingGradient, this.#sink)
      }
      totals.add(results, share)
    }
    return totals.losses
  }

  async judge(batch: readonly TrainingSample[]): Promise<Judgement> {
    const totals = new LossMean()
    const masks: Float32Tensor[] = []
    const ious: Float32Tensor[] = []
    for (const samples of this.#parts(batch)) {
      const compiled = await this.#program('loss', samples.length, 0)
      const results = await this.#run(compiled, await this.#embed(samples), { batchIou: null })
      totals.add(results, samples.length / batch.length)
      invariant(results['lowRes'] && results['predictedIou'], 'the loss comes with the masks')
      masks.push(results['lowRes'])
      ious.push(results['predictedIou'])
    }
    return { losses: totals.losses, lowRes: stacked(masks), predictedIou: stacked(ious) }
  }

  #parts(batch: readonly TrainingSample[]): TrainingSample[][] {
    const cells = gridSide(this.#config) ** 2
    const most = this.#options.trainEncoder ? 1 : Math.max(1, Math.floor(mostCellsARun / cells))
    return Array.from({ length: Math.ceil(batch.length / most) }, (_, index) =>
      batch.slice(index * most, (index + 1) * most),
    )
  }

  /** The original script's IoU target looks at the whole batch: taken in parts, it needs a first pass over all. */
  async #batchIou(
    batch: readonly TrainingSample[],
    parts: readonly TrainingSample[][],
  ): Promise<Float32Tensor | null> {
    if (this.#options.loss.iouTarget !== 'seed' || parts.length === 1) return null
    const ious: number[] = []
    for (const samples of parts) {
      const results = await this.#run(
        await this.#program('loss', samples.length, 0),
        await this.#embed(samples),
        { batchIou: null },
      )
      ious.push(...(results['jointIou']?.data ?? []))
    }
    return float32([batch.length, 1], ious)
  }

  /** The forward pass of training; a trained encoder keeps what its backward pass needs. */
  async #encode(samples: readonly TrainingSample[]): Promise<Part> {
    if (!this.#options.trainEncoder) return this.#embed(samples)
    const [first] = samples
    invariant(first && 'image' in first.input, 'a trained encoder takes one image at a time')
    return { samples, ...(await this.#encoder.forwardKeeping(first.input.image)) }
  }

  async #embed(samples: readonly TrainingSample[]): Promise<Part> {
    const embeddings: Float32Tensor[] = []
    for (const { input } of samples) {
      embeddings.push('embedding' in input ? input.embedding : await this.#encoder.forward(input.image))
    }
    return { samples, embedding: stacked(embeddings), kept: null }
  }

  async #run(
    { program, inputs }: Compiled,
    { samples, embedding }: Part,
    extra: { readonly batchIou: Float32Tensor | null; readonly weight?: Float32Tensor },
    into?: NamedTensors,
  ): Promise<NamedTensors> {
    this.#keyPosition ??= keyPositionOf(this.#engine, this.#config, this.parameters)
    const side = this.#options.maskSide
    const target = new Float32Array(samples.length * side * side)
    samples.forEach((sample, index) => target.set(sample.target, index * side * side))
    const feeds = {
      embedding,
      keyPosition: await this.#keyPosition,
      ...promptInputs(samples.map(sample => sample.prompt)),
      target: float32([samples.length, 1, side, side], target),
      bestOnly: float32(
        [samples.length, 1],
        samples.map(sample => Number(sample.bestOnly)),
      ),
      ...(extra.batchIou ? { batchIou: extra.batchIou } : {}),
      ...(extra.weight ? { weight: extra.weight } : {}),
      ...weightFeeds(inputs, this.parameters),
    }
    return program.run(feeds, into)
  }

  #program(kind: 'training' | 'loss', images: number, wholeBatch: number): Promise<Compiled> {
    const key = `${kind} ${images} ${wholeBatch}`
    const known = this.#compiled.get(key)
    if (known) return known
    const options = {
      batch: { images, queriesPerImage: 1, tokens: this.#config.promptTokens },
      maskSide: this.#options.maskSide,
      loss: this.#options.loss,
      bestOfThree: true,
      wholeBatch,
    }
    const names = new Set(this.trainedNames)
    const graph =
      kind === 'loss'
        ? lossGraph(this.#config, options)
        : trainingGraph(this.#config, {
            ...options,
            trained: name => names.has(name),
            embeddingGradient: this.#options.trainEncoder,
          })
    const compiled = this.#engine.compile(graph).then(program => ({
      program,
      inputs: graph.inputs.map(input => input.name),
      gradients: [...names].filter(name => graph.outputs.some(output => output.name === gradientName(name))),
    }))
    this.#compiled.set(key, compiled)
    return compiled
  }
}

/** Batches behind one another. */
function stacked(parts: readonly Float32Tensor[]): Float32Tensor {
  const [first] = parts
  invariant(first, 'something to stack')
  if (parts.length === 1) return first
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let offset = 0
  for (const part of parts) {
    data.set(part.data, offset)
    offset += part.data.length
  }
  const batch = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0)
  return float32([batch, ...first.shape.slice(1)], data)
}

/** Means over parts of a batch, weighted by their share of it. */
class LossMean {
  losses: StepLosses = lossesOf(() => 0)

  add(results: NamedTensors, share: number): void {
    const before = this.losses
    this.losses = lossesOf(name => before[name] + share * (results[name]?.data[0] ?? NaN))
  }
}

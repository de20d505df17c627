import type { Prompt } from '../../shared/domain/prompt'
import { invariant } from '../../shared/errors'
import { gradientName } from '../autodiff/backward'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../engine'
import type { SliceGeometry } from '../imaging/geometry'
import type { PromptTokens } from '../models/prompt-tokens'
import { float32 } from '../tensor/tensor'
import { GradientSink } from './gradient-sink'
import { LossMean } from './loss-mean'
import type { LossOptions } from './losses'
import type { ModelFamily } from './model-family'
import type { Parameters } from './parameters'
import type { Rank, WholeBatch } from './rank'
import type {
  JudgedSample,
  Judgement,
  PromptedTarget,
  StepLosses,
  Trainable,
  TrainingSample,
} from './trainable'

export interface TrainableOptions {
  /** Step of the encoder from which on it is trained; its number of steps: none of it is */
  readonly firstTrainedStep: number
  /** Side of the target masks, pixels */
  readonly maskSide: number
  readonly loss: LossOptions
  /** Where the gradients are written to; an array of its own where nothing is given */
  readonly gradients?: Parameters
}

/** Cells times samples that one run of the decoder takes at most: memory then does not grow with the batch. */
const mostCellsARun = 1024

interface Compiled {
  readonly program: Program
  readonly inputs: readonly string[]
  readonly gradients: readonly string[]
}

type Kind = 'training' | 'loss'

/** A model under training: one image at a time through the encoder, a few prompts at a time through the decoder. */
export class TrainableModel implements Trainable, Rank {
  readonly parameters: Parameters
  readonly gradients: Parameters
  readonly trainedNames: readonly string[]
  readonly #engine: Engine
  readonly #family: ModelFamily
  readonly #options: TrainableOptions
  readonly #sink: GradientSink
  readonly #compiled = new Map<string, Promise<Compiled>>()
  #keyPosition: Promise<Float32Tensor> | null = null

  constructor(engine: Engine, family: ModelFamily, parameters: Parameters, options: TrainableOptions) {
    this.#engine = engine
    this.#family = family
    this.#options = options
    this.parameters = parameters
    this.gradients = options.gradients ?? parameters.zerosLike()
    this.#sink = new GradientSink(this.gradients)
    this.trainedNames = trainedNames(parameters, family, options.firstTrainedStep)
  }

  get frozen(): Trainable['frozen'] {
    if (this.#options.firstTrainedStep === 0) return 'nothing'
    return this.#trainsEncoder ? 'part' : 'encoder'
  }

  tokensOf(prompt: Prompt, geometry: SliceGeometry): PromptTokens {
    return this.#family.tokensOf(prompt, geometry)
  }

  async freeze(image: Float32Tensor): Promise<Float32Tensor> {
    return this.#family.encoder.forward(image, 0, this.#options.firstTrainedStep)
  }

  async embed(input: Float32Tensor): Promise<Float32Tensor> {
    return this.#family.encoder.forward(input, this.#options.firstTrainedStep)
  }

  /** @param whole - the batch that these samples are a part of: their gradients and losses then have its weight */
  async computeGradients(batch: readonly TrainingSample[], whole?: WholeBatch): Promise<StepLosses> {
    const parts = this.#trainingParts(batch)
    const seesAll = this.#options.loss.iouTarget !== 'seed' || (!whole && parts.length === 1)
    const batchIou = seesAll ? null : (whole?.jointIous ?? (await this.jointIous(batch)))
    const size = whole?.samples ?? batch.length
    const totals = new LossMean()
    this.#sink.startBatch()
    for (const { samples } of parts) {
      totals.add(await this.#differentiate(samples, size, batchIou), samples.length / size)
    }
    this.#sink.finishBatch(this.trainedNames)
    return totals.losses
  }

  /** The original script's IoU target looks at the whole batch: taken in parts, it needs a first pass over all. */
  async jointIous(batch: readonly TrainingSample[]): Promise<Float32Tensor> {
    const ious = new Float32Array(batch.length)
    for (const { samples, indices } of this.#trainingParts(batch)) {
      const judged: JudgedSample[] = []
      for (const sample of samples) judged.push({ ...sample, embedding: await this.embed(sample.input) })
      const { jointIou } = await this.#lossOf(judged)
      indices.forEach((index, row) => (ious[index] = jointIou?.data[row] ?? NaN))
    }
    return float32([batch.length, 1], ious)
  }

  async judge(batch: readonly JudgedSample[]): Promise<Judgement> {
    const totals = new LossMean()
    const answers: Judgement['answers'][number][] = []
    for (const { samples, indices } of this.#parts(batch, this.#mostSamples)) {
      const results = await this.#lossOf(samples)
      totals.add(results, samples.length / batch.length)
      const { lowRes, predictedIou } = results
      invariant(lowRes && predictedIou, 'the loss comes with the masks')
      indices.forEach((index, row) => {
        answers[index] = { lowRes: entry(lowRes, row), predictedIou: entry(predictedIou, row) }
      })
    }
    return { losses: totals.losses, answers }
  }

  get #trainsEncoder(): boolean {
    return this.#options.firstTrainedStep < this.#family.encoder.stepCount
  }

  get #mostSamples(): number {
    return Math.max(1, Math.floor(mostCellsARun / this.#family.cells))
  }

  #trainingParts(batch: readonly TrainingSample[]): Part<TrainingSample>[] {
    return this.#parts(batch, this.#trainsEncoder ? 1 : this.#mostSamples)
  }

  /** Runs of the decoder: samples of one kind of prompt, as many as memory takes. */
  #parts<S extends PromptedTarget>(batch: readonly S[], most: number): Part<S>[] {
    const parts: { kind: string; samples: S[]; indices: number[] }[] = []
    batch.forEach((sample, index) => {
      const kind = this.#family.kindOf(sample.prompt)
      let part = parts.findLast(one => one.kind === kind)
      if (!part || part.samples.length === most) {
        part = { kind, samples: [], indices: [] }
        parts.push(part)
      }
      part.samples.push(sample)
      part.indices.push(index)
    })
    return parts
  }

  /** Forward and backward of one part; a trained encoder is run for one image at a time. */
  async #differentiate(
    samples: readonly TrainingSample[],
    batchSize: number,
    batchIou: Float32Tensor | null,
  ): Promise<NamedTensors> {
    const { encoder } = this.#family
    const from = this.#options.firstTrainedStep
    const [first] = samples
    invariant(first, 'a part has samples')
    const forward = this.#trainsEncoder ? await encoder.forwardKeeping(first.input, from) : null
    const embedding = forward?.embedding ?? stacked(samples.map(({ input }) => input))
    const compiled = await this.#program('training', samples, batchIou ? batchSize : 0)
    const into = this.#sink.arrays(compiled.gradients.map(name => [gradientName(name), name]))
    const weight = float32([], [samples.length / batchSize])
    const results = await this.#run(compiled, { samples, embedding, batchIou, weight }, into)
    this.#sink.add(compiled.gradients)
    const gradient = results[gradientName('embedding')]
    if (forward && gradient) await encoder.backward(forward.kept, gradient, this.#sink, from)
    return results
  }

  async #lossOf(samples: readonly JudgedSample[]): Promise<NamedTensors> {
    const embedding = stacked(samples.map(sample => sample.embedding))
    return this.#run(await this.#program('loss', samples, 0), { samples, embedding, batchIou: null })
  }

  async #run({ program, inputs }: Compiled, given: Run, into?: NamedTensors): Promise<NamedTensors> {
    const { samples, embedding, batchIou, weight } = given
    const side = this.#options.maskSide
    const target = new Float32Array(samples.length * side * side)
    samples.forEach((sample, index) => target.set(sample.target, index * side * side))
    const feeds = {
      embedding,
      keyPosition: await this.#positions(),
      ...this.#family.promptInputs(samples.map(sample => sample.prompt)),
      target: float32([samples.length, 1, side, side], target),
      bestOnly: float32(
        [samples.length, 1],
        samples.map(sample => Number(sample.bestOnly)),
      ),
      ...(batchIou ? { batchIou } : {}),
      ...(weight ? { weight } : {}),
      ...this.#weights(inputs),
    }
    return program.run(feeds, into)
  }

  /** The position code of the cells comes from a buffer, which training does not move. */
  #positions(): Promise<Float32Tensor> {
    this.#keyPosition ??= this.#computePositions()
    return this.#keyPosition
  }

  async #computePositions(): Promise<Float32Tensor> {
    const graph = this.#family.keyPositionGraph()
    const program = await this.#engine.compile(graph)
    const { keyPosition } = await program.run(this.#weights(graph.inputs.map(({ name }) => name)))
    await program.dispose()
    invariant(keyPosition, 'the position code is an output')
    return keyPosition
  }

  #weights(inputs: readonly string[]): NamedTensors {
    const names = inputs.filter(name => this.parameters.has(name))
    return Object.fromEntries(names.map(name => [name, this.parameters.get(name)]))
  }

  #program(kind: Kind, samples: readonly PromptedTarget[], wholeBatch: number): Promise<Compiled> {
    const prompt = samples[0]?.prompt
    invariant(prompt, 'a part has samples')
    const key = `${kind} ${samples.length} ${wholeBatch} ${this.#family.kindOf(prompt)}`
    const known = this.#compiled.get(key)
    if (known) return known
    const compiled = this.#compile(kind, { samples: samples.length, prompt, wholeBatch })
    this.#compiled.set(key, compiled)
    return compiled
  }

  async #compile(
    kind: Kind,
    batch: { readonly samples: number; readonly prompt: PromptTokens; readonly wholeBatch: number },
  ): Promise<Compiled> {
    const { maskSide, loss } = this.#options
    const options = { ...batch, maskSide, loss }
    const names = new Set(this.trainedNames)
    const trained = { trained: (name: string) => names.has(name), embeddingGradient: this.#trainsEncoder }
    const graph =
      kind === 'loss'
        ? this.#family.lossGraph(options)
        : this.#family.trainingGraph({ ...options, ...trained })
    const given = new Set(graph.outputs.map(output => output.name))
    return {
      program: await this.#engine.compile(graph),
      inputs: graph.inputs.map(input => input.name),
      gradients: this.trainedNames.filter(name => given.has(gradientName(name))),
    }
  }
}

interface Part<S> {
  readonly samples: readonly S[]
  /** Their places in the batch */
  readonly indices: readonly number[]
}

interface Run {
  readonly samples: readonly PromptedTarget[]
  readonly embedding: Float32Tensor
  readonly batchIou: Float32Tensor | null
  readonly weight?: Float32Tensor
}

/** What can be trained, but for the frozen steps of the encoder. */
function trainedNames(parameters: Parameters, family: ModelFamily, firstTrainedStep: number): string[] {
  const steps = Array.from({ length: firstTrainedStep }, (_, step) => family.encoder.weightsOf(step))
  const frozen = new Set(steps.flat())
  return parameters.entries
    .map(({ name }) => name)
    .filter(name => family.isTrainable(name) && !frozen.has(name))
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

/** One entry of a batch, as a batch of one. */
function entry({ data, shape }: Float32Tensor, index: number): Float32Tensor {
  const size = data.length / (shape[0] ?? 1)
  return float32([1, ...shape.slice(1)], data.subarray(index * size, (index + 1) * size))
}

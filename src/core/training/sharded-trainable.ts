import type { Prompt } from '../../shared/domain/prompt'
import { invariant } from '../../shared/errors'
import type { Float32Tensor } from '../engine'
import type { SliceGeometry } from '../imaging/geometry'
import type { PromptTokens } from '../models/prompt-tokens'
import { float32 } from '../tensor/tensor'
import { allReduce } from './all-reduce'
import type { ParameterRange } from './optimizers'
import type { Parameters } from './parameters'
import type { Rank } from './rank'
import type { JudgedSample, Judgement, StepLosses, Trainable, TrainingSample } from './trainable'
import { lossesOf } from './trainable'
import { trainedRanges } from './trained-ranges'

interface Shard {
  readonly rank: Rank
  readonly samples: readonly TrainingSample[]
  /** Their places in the batch */
  readonly indices: readonly number[]
}

interface ShardedOptions {
  /** Whether the loss of a sample looks at the joint IoUs of the whole batch */
  readonly seesWholeBatch: boolean
}

/**
 * A model whose batches are shared out among ranks, sample i to rank i modulo their number. The losses and gradients
 * are those of the whole batch, up to the rounding of sums taken in another order. All else the lead does by itself.
 */
export class ShardedTrainable implements Trainable {
  readonly gradients: Parameters
  readonly #lead: Trainable
  readonly #ranks: readonly Rank[]
  readonly #options: ShardedOptions
  readonly #ranges: readonly ParameterRange[]

  /** @param lead - its weights are those of all ranks, its gradients those of the first one */
  constructor(lead: Trainable, ranks: readonly Rank[], options: ShardedOptions) {
    invariant(ranks[0]?.gradients === lead.gradients, 'the first rank writes into the gradients of the lead')
    this.#lead = lead
    this.#ranks = ranks
    this.#options = options
    this.gradients = lead.gradients
    this.#ranges = trainedRanges(lead.parameters, lead.trainedNames)
  }

  get parameters(): Parameters {
    return this.#lead.parameters
  }

  get trainedNames(): readonly string[] {
    return this.#lead.trainedNames
  }

  get frozen(): Trainable['frozen'] {
    return this.#lead.frozen
  }

  tokensOf(prompt: Prompt, geometry: SliceGeometry): PromptTokens {
    return this.#lead.tokensOf(prompt, geometry)
  }

  freeze(image: Float32Tensor): Promise<Float32Tensor> {
    return this.#lead.freeze(image)
  }

  embed(input: Float32Tensor): Promise<Float32Tensor> {
    return this.#lead.embed(input)
  }

  judge(samples: readonly JudgedSample[]): Promise<Judgement> {
    return this.#lead.judge(samples)
  }

  async computeGradients(batch: readonly TrainingSample[]): Promise<StepLosses> {
    const shards = shardsOf(batch, this.#ranks)
    const jointIous = this.#options.seesWholeBatch ? await gatheredIous(shards, batch.length) : null
    const whole = { samples: batch.length, jointIous }
    const parts = await allOf(shards, ({ rank, samples }) => rank.computeGradients(samples, whole))
    const others = shards.slice(1).map(({ rank }) => rank.gradients.flat)
    allReduce(this.gradients.flat, others, this.#ranges)
    return lossesOf(name => parts.reduce((sum, losses) => sum + losses[name], 0))
  }
}

/** In turn, so that shares differ by one sample at most; a rank without samples sits out. */
function shardsOf(batch: readonly TrainingSample[], ranks: readonly Rank[]): Shard[] {
  const indices = batch.map((_, index) => index)
  return ranks.slice(0, batch.length).map((rank, first) => ({
    rank,
    samples: batch.filter((_, index) => index % ranks.length === first),
    indices: indices.filter(index => index % ranks.length === first),
  }))
}

async function gatheredIous(shards: readonly Shard[], count: number): Promise<Float32Tensor> {
  const ious = new Float32Array(count)
  const parts = await allOf(shards, ({ rank, samples }) => rank.jointIous(samples))
  shards.forEach(({ indices }, shard) =>
    indices.forEach((index, row) => (ious[index] = parts[shard]?.data[row] ?? NaN)),
  )
  return float32([count, 1], ious)
}

/** All at once. When one fails, the others are still waited for: nobody is left at work on weights that go away. */
async function allOf<T>(shards: readonly Shard[], work: (shard: Shard) => Promise<T>): Promise<T[]> {
  const settled = await Promise.allSettled(shards.map(work))
  return settled.map(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

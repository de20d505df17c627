import { countOverlap, dice, meanOfDefined } from '../../../core/metrics'
import { maskOfLabel } from '../../../core/imaging/labels'
import type { Segmenter } from '../../../core/models/segmenter'
import { candidatesOf, proposalOf } from '../../../core/models/proposal'
import { firstClick, looseBox } from '../../../core/prompts'
import type { Tensor } from '../../../core/tensor/tensor'
import type { ValidationScore } from '../../../core/training/trainer'
import type { Trainable } from '../../../core/training/trainable'
import type { Prompt } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import type { RunLengths } from '../../../shared/masks/rle'
import { decodeRuns, encodeRuns } from '../../../shared/masks/rle'
import type { FileCache } from '../../datasets'
import { loadSlice } from '../../datasets'
import type { StopFlag } from '../../workers/stop-flag'
import type { PreparedSlice, SampleSource } from './sample-source'
import { unflipped } from './sample-source'
import type { UsableSlice } from './training-data'
import type { TrainingObject } from './training-object'

/** Dice of one held-out slice: the mean over its labels and the kinds of prompt that are trained. */
export interface ValidatedCase {
  readonly name: string
  readonly dice: number | null
  /** By the kind of prompt */
  readonly point: number | null
  readonly box: number | null
}

export interface Validation extends ValidationScore {
  readonly cases: readonly ValidatedCase[]
}

export interface ValidationWorld {
  readonly slices: readonly UsableSlice[]
  readonly files: FileCache
  readonly model: Trainable
  readonly segmenter: Segmenter
  readonly samples: SampleSource
  readonly recipe: TrainingRecipe
  readonly stop: StopFlag
}

type PromptName = 'point' | 'box'

/** One question to the model, the same at every epoch and the same that `evaluate` asks. */
interface Question {
  readonly name: PromptName
  readonly prompt: Prompt
  readonly object: TrainingObject
  readonly truth: RunLengths
}

/** Judges the model, as it stands, on the held-out slices. */
export class Validator {
  readonly #world: ValidationWorld
  readonly #questions = new Map<UsableSlice, readonly Question[]>()

  constructor(world: ValidationWorld) {
    this.#world = world
  }

  /**
   * Loss and Dice, by the very path that `evaluate` takes: the mask of the highest predicted IoU, at the slice's size.
   *
   * @throws AppError ABORTED at an urgent request to stop
   */
  async validate(): Promise<Validation> {
    const losses: number[] = []
    const cases: ValidatedCase[] = []
    for (const slice of this.#world.slices) {
      if (this.#world.stop.urgent) throw new AppError('ABORTED', {})
      cases.push(await this.#judge(slice, losses))
    }
    return { loss: meanOfDefined(losses) ?? NaN, dice: meanOfDefined(cases.map(one => one.dice)), cases }
  }

  async #judge(usable: UsableSlice, losses: number[]): Promise<ValidatedCase> {
    const { model, samples } = this.#world
    const prepared = await samples.prepared(usable, unflipped)
    const { geometry } = prepared
    const embedding = await this.#features(usable)
    const questions = await this.#questionsOf(usable, prepared)
    const scores: Record<PromptName, (number | null)[]> = { point: [], box: [] }
    if (questions.length > 0) {
      const batch = questions.map(({ object, prompt }) =>
        samples.sampleOf({ geometry, object, prompt }, { embedding }),
      )
      const { losses: mean, lowRes, predictedIou } = await model.judge(batch)
      losses.push(mean.total)
      questions.forEach(({ name, truth }, index) => {
        const candidates = candidatesOf(row(lowRes, index), row(predictedIou, index))
        const mask = proposalOf(candidates, geometry).mask.data
        scores[name].push(dice(countOverlap(mask, decodeRuns(truth, mask.length))))
      })
    }
    const [point, box] = [meanOfDefined(scores.point), meanOfDefined(scores.box)]
    return { name: usable.record.name, point, box, dice: meanOfDefined([point, box]) }
  }

  /** A frozen encoder's stored embedding; a trained one encodes anew. */
  async #features(usable: UsableSlice) {
    const { samples, segmenter, files } = this.#world
    const input = await samples.input(usable, unflipped)
    if ('embedding' in input) return input.embedding
    return (await segmenter.embed((await loadSlice(usable.record, files)).image)).features
  }

  async #questionsOf(usable: UsableSlice, { objects }: PreparedSlice): Promise<readonly Question[]> {
    const known = this.#questions.get(usable)
    if (known) return known
    const { record } = usable
    const { labels } = await loadSlice(record, this.#world.files)
    const questions = [...objects].flatMap(([value, object]) => {
      const truth = maskOfLabel(labels.data, value)
      return this.#prompts(truth, object, record.id).map(([name, prompt]) => ({
        name,
        prompt,
        object,
        truth: encodeRuns(truth),
      }))
    })
    this.#questions.set(usable, questions)
    return questions
  }

  /** Only the kinds of prompt that are trained: a model is not chosen by what it never learns. */
  #prompts(truth: Uint8Array, object: TrainingObject, key: string): [PromptName, Prompt][] {
    const { pointShare, boxJitter } = this.#world.recipe
    const { size, value } = object
    const point = pointShare > 0 ? firstClick(truth, size.height, size.width) : null
    const draw = { jitter: boxJitter, seed: 0, key, value }
    const box = pointShare < 1 ? looseBox(object.box, size, draw) : null
    const prompts: [PromptName, Prompt][] = []
    if (point) prompts.push(['point', { box: null, points: [point] }])
    if (box) prompts.push(['box', { box, points: [] }])
    return prompts
  }
}

/** One entry of a batch, flat. */
function row({ data, shape }: Tensor<'float32'>, index: number): Float32Array {
  const size = data.length / (shape[0] ?? 1)
  return data.subarray(index * size, (index + 1) * size)
}

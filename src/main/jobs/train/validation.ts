import { countOverlap, dice, meanOfDefined } from '../../../core/metrics'
import { maskOfLabel } from '../../../core/imaging/labels'
import { boxOfMask } from '../../../core/imaging/box'
import type { Embedding, Segmenter } from '../../../core/models/segmenter'
import { candidatesOf, proposalOf } from '../../../core/models/proposal'
import { ellipseInBox, firstClick, looseBox } from '../../../core/prompts'
import type { Tensor } from '../../../core/tensor/tensor'
import type { ValidationScore } from '../../../core/training/trainer'
import type { Trainable } from '../../../core/training/trainable'
import type { Prompt } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { decodeRuns, encodeRuns } from '../../../shared/masks/rle'
import type { FileCache } from '../../datasets'
import { loadSlice, sliceKey } from '../../datasets'
import type { StopFlag } from '../../workers/stop-flag'
import type { Answer, Closeness, PromptName, Question } from './closeness'
import { closenessOf } from './closeness'
import type { PreparedSlice } from './sample-draws'
import { unflipped } from './sample-draws'
import type { SampleSource } from './sample-source'
import type { UsableSlice } from './usable-slice'

/** Dice of one held-out slice: the mean over its labels and the kinds of prompt that are trained. */
export interface ValidatedCase {
  /** `sliceKey` of the slice */
  readonly key: string
  readonly dice: number | null
  /** By the kind of prompt */
  readonly point: number | null
  readonly box: number | null
  /** Only where it was asked for */
  readonly closeness?: Closeness
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
  /** Of how many slices the answers are kept, for those who look at them */
  readonly sampleSlices: number | undefined
}

/** The answers to one slice, as one mask. */
export interface ValidatedSample {
  readonly name: string
  readonly runs: number[]
  /** With the kind of prompt that is shown */
  readonly dice: number | null
}

/** Judges the model, as it stands, on the held-out slices. */
export class Validator {
  readonly #world: ValidationWorld
  readonly #questions = new Map<UsableSlice, readonly Question[]>()
  #lastCases: readonly ValidatedCase[] = []
  #lastSamples: readonly ValidatedSample[] = []

  constructor(world: ValidationWorld) {
    this.#world = world
  }

  /**
   * Loss and Dice, by the very path that `evaluate` takes: the mask of the highest predicted IoU, at the slice's size.
   *
   * @throws AppError ABORTED at a request to stop: what a validation would choose waits for the run to go on
   */
  async validate(): Promise<Validation> {
    const slices = this.validating()
    for (;;) {
      const next = await slices.next()
      if (next.done === true) return next.value
    }
  }

  /**
   * The same, slice by slice, for those who show how far it is: yields how many are done.
   *
   * @param isClose - with IoU and HD95 of each slice, which take longer than the decoder does
   */
  async *validating(isClose = false): AsyncGenerator<number, Validation> {
    const losses: number[] = []
    const cases: ValidatedCase[] = []
    const samples: ValidatedSample[] = []
    for (const slice of this.#world.slices) {
      if (this.#world.stop.requested) throw new AppError('ABORTED', {})
      const { judged, answers } = await this.#judge(slice, losses)
      cases.push(isClose ? { ...judged, closeness: closenessOf(answers) } : judged)
      if (samples.length < (this.#world.sampleSlices ?? 0)) samples.push(sampleOf(slice, judged, answers))
      yield cases.length
    }
    this.#lastCases = cases
    this.#lastSamples = samples
    return { loss: meanOfDefined(losses) ?? NaN, dice: meanOfDefined(cases.map(one => one.dice)), cases }
  }

  /** IoU and HD95 of the model as it stands, by `sliceKey`; what a second request to stop leaves out is not there. */
  async closeness(): Promise<ReadonlyMap<string, Closeness>> {
    const found = new Map<string, Closeness>()
    for (const slice of this.#world.slices) {
      if (this.#world.stop.urgent) break
      const { judged, answers } = await this.#judge(slice, [])
      found.set(judged.key, closenessOf(answers))
    }
    return found
  }

  /** Of the last validation. */
  get lastCases(): readonly ValidatedCase[] {
    return this.#lastCases
  }

  /** Of the last validation, the first slices; always the same ones. */
  get lastSamples(): readonly ValidatedSample[] {
    return this.#lastSamples
  }

  /** Dice, slice by slice, of a plain ellipse in the same boxes: what no network at all would get. */
  async ellipseDice(): Promise<(number | null)[]> {
    const means: (number | null)[] = []
    for (const usable of this.#world.slices) {
      const prepared = await this.#world.samples.prepared(usable, unflipped)
      const { height, width } = prepared.geometry
      const questions = await this.#questionsOf(usable, prepared)
      const scores = questions.flatMap(({ prompt, truth }) => {
        if (!prompt.box) return []
        return [
          dice(countOverlap(ellipseInBox(prompt.box, height, width), decodeRuns(truth, height * width))),
        ]
      })
      means.push(meanOfDefined(scores))
    }
    return means
  }

  /** Of a held-out slice, with the weights as they are. */
  async embeddingOf(usable: UsableSlice): Promise<Embedding> {
    const { samples, model } = this.#world
    const { geometry } = await samples.prepared(usable, unflipped)
    return { geometry, features: await model.embed(await samples.input(usable, unflipped)) }
  }

  async #judge(usable: UsableSlice, losses: number[]): Promise<JudgedSlice> {
    const prepared = await this.#world.samples.prepared(usable, unflipped)
    const embedding = await this.embeddingOf(usable)
    const questions = await this.#questionsOf(usable, prepared)
    const scores: Record<PromptName, (number | null)[]> = { point: [], box: [] }
    const answers = [
      ...(await this.#answersWithLoss(questions, embedding, losses)),
      ...(await this.#answersWithout(questions, embedding)),
    ]
    for (const { question, mask } of answers) {
      const truth = decodeRuns(question.truth, mask.length)
      scores[question.name].push(dice(countOverlap(mask, truth)))
    }
    const [point, box] = [meanOfDefined(scores.point), meanOfDefined(scores.box)]
    const judged = { key: sliceKey(usable.record.id), point, box, dice: meanOfDefined([point, box]) }
    return { judged, answers }
  }

  /** Loss and masks come from one run of the decoder. */
  async #answersWithLoss(
    questions: readonly Question[],
    embedding: Embedding,
    losses: number[],
  ): Promise<Answer[]> {
    const { model, samples } = this.#world
    const { geometry, features } = embedding
    const asked = questions.flatMap(question => {
      const { object, prompt } = question
      if (!object) return []
      return [
        { question, sample: { ...samples.targetOf({ geometry, object, prompt }), embedding: features } },
      ]
    })
    if (asked.length === 0) return []
    const { losses: mean, answers } = await model.judge(asked.map(({ sample }) => sample))
    losses.push(mean.total)
    return asked.flatMap(({ question }, index) => {
      const answer = answers[index]
      if (!answer) return []
      const candidates = candidatesOf(answer.lowRes.data, answer.predictedIou.data)
      const { height, width } = geometry
      return [{ question, mask: proposalOf(candidates, geometry).mask.data, height, width }]
    })
  }

  async #answersWithout(questions: readonly Question[], embedding: Embedding): Promise<Answer[]> {
    const answers: Answer[] = []
    const { height, width } = embedding.geometry
    for (const question of questions.filter(({ object }) => !object)) {
      const { mask } = await this.#world.segmenter.segment(embedding, question.prompt)
      answers.push({ question, mask: mask.data, height, width })
    }
    return answers
  }

  async #questionsOf(usable: UsableSlice, { objects }: PreparedSlice): Promise<readonly Question[]> {
    const known = this.#questions.get(usable)
    if (known) return known
    const { record } = usable
    const { labels, spacingMm } = await loadSlice(record, this.#world.files)
    const questions = usable.labelValues.flatMap(value => {
      const mask = maskOfLabel(labels.data, value)
      const [object, truth] = [objects.get(value) ?? null, encodeRuns(mask)]
      return this.#prompts(mask, { labels, value, key: record.id }).map(([name, prompt]): Question => ({
        name,
        prompt,
        object,
        truth,
        spacingMm,
      }))
    })
    this.#questions.set(usable, questions)
    return questions
  }

  /** Only the kinds of prompt that are trained: a model is not chosen by what it never learns. */
  #prompts(truth: Uint8Array, { labels, value, key }: Asked): [PromptName, Prompt][] {
    const { pointShare, boxJitter } = this.#world.recipe
    const [height = 0, width = 0] = labels.shape
    const point = pointShare > 0 ? firstClick(truth, height, width) : null
    const exact = pointShare < 1 ? boxOfMask(truth, height, width) : null
    const prompts: [PromptName, Prompt][] = []
    if (point) prompts.push(['point', { box: null, points: [point] }])
    if (exact) {
      const box = looseBox(exact, { height, width }, { jitter: boxJitter, seed: 0, key, value })
      prompts.push(['box', { box, points: [] }])
    }
    return prompts
  }
}

interface JudgedSlice {
  readonly judged: ValidatedCase
  readonly answers: readonly Answer[]
}

/** Boxes are shown where they are trained: what a lone point means is less certain. */
function sampleOf(
  { record }: UsableSlice,
  { point, box }: ValidatedCase,
  answers: readonly Answer[],
): ValidatedSample {
  const kind = answers.some(({ question }) => question.name === 'box') ? 'box' : 'point'
  const shown = answers.filter(({ question }) => question.name === kind)
  const union = new Uint8Array(shown[0]?.mask.length ?? 0)
  for (const { mask } of shown) mask.forEach((value, pixel) => (union[pixel] ||= value))
  return { name: record.name, runs: encodeRuns(union), dice: kind === 'box' ? box : point }
}

interface Asked {
  readonly labels: Tensor<'int32'>
  readonly value: number
  /** Names the slice: the jitter of its box is drawn from it */
  readonly key: string
}

import { countOverlap, dice, meanOfDefined } from '../../../core/metrics'
import type { Segmenter } from '../../../core/models/segmenter'
import { firstClick } from '../../../core/prompts'
import type { ValidationScore } from '../../../core/training/trainer'
import type { Trainable } from '../../../core/training/trainable'
import { sliceGeometry } from '../../../core/imaging/geometry'
import { pictureSize } from '../../../core/imaging/picture'
import type { Prompt } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import type { FileCache, LoadedSlice } from '../../datasets'
import { loadSlice } from '../../datasets'
import { AppError } from '../../../shared/errors'
import type { StopFlag } from '../../workers/stop-flag'
import { looseBox, maskOfValue } from '../evaluate-slice'
import type { SampleSource } from './sample-source'
import type { UsableSlice } from './training-data'

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

/** The prompts of `evaluate`: the same boxes and points at every epoch and for every model. */
function promptsOf(
  slice: LoadedSlice,
  { key, value, truth, recipe }: { key: string; value: number; truth: Uint8Array; recipe: TrainingRecipe },
  box: Prompt['box'],
): [PromptName, Prompt][] {
  const { height, width } = pictureSize(slice.image)
  const point = recipe.pointShare > 0 ? firstClick(truth, height, width) : null
  const loose =
    box && recipe.pointShare < 1
      ? looseBox(box, { key, labels: slice.labels }, { jitter: recipe.boxJitter, seed: 0, value })
      : null
  return [
    ...(point ? [['point', { box: null, points: [point] }] as [PromptName, Prompt]] : []),
    ...(loose ? [['box', { box: loose, points: [] }] as [PromptName, Prompt]] : []),
  ]
}

/**
 * Loss and Dice on the held-out slices, by the very path that `evaluate` takes: mask of the highest predicted IoU.
 *
 * @throws AppError ABORTED at an urgent request to stop
 */
export async function validate(world: ValidationWorld): Promise<Validation> {
  const losses: number[] = []
  const cases: ValidatedCase[] = []
  for (const usable of world.slices) {
    if (world.stop.urgent) throw new AppError('ABORTED', {})
    cases.push(await validateSlice(usable, world, losses))
  }
  return {
    loss: meanOfDefined(losses) ?? NaN,
    dice: meanOfDefined(cases.map(one => one.dice)),
    cases,
  }
}

async function validateSlice(
  { record, labelValues }: UsableSlice,
  { files, model, segmenter, samples, recipe }: ValidationWorld,
  losses: number[],
): Promise<ValidatedCase> {
  const slice = await loadSlice(record, files)
  const { height, width } = pictureSize(slice.image)
  const geometry = sliceGeometry(height, width, segmenter.preprocessing)
  const input = await samples.input(slice, record.id)
  const features = 'embedding' in input ? input.embedding : (await segmenter.embed(slice.image)).features
  const scores: Record<PromptName, (number | null)[]> = { point: [], box: [] }
  for (const value of labelValues) {
    const object = samples.object(slice, value, record.id)
    if (!object) continue
    const truth = maskOfValue(slice.labels, value)
    for (const [name, prompt] of promptsOf(slice, { key: record.id, value, truth, recipe }, object.box)) {
      const sample = samples.sampleOf({ geometry, object, prompt }, { embedding: features })
      losses.push((await model.losses([sample])).total)
      const { mask } = await segmenter.segment({ geometry, features }, prompt)
      scores[name].push(dice(countOverlap(mask.data, truth)))
    }
  }
  const { point, box } = { point: meanOfDefined(scores.point), box: meanOfDefined(scores.box) }
  return { name: record.name, point, box, dice: meanOfDefined([point, box]) }
}

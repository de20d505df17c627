import type { Parameters } from '../../../core/training/parameters'
import type { TrainingState } from '../../../core/training/trainer'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import type { Resumed } from './saved-state'
import { restoreState, startState } from './saved-state'
import type { ValidatedCase } from './validation'

/** Where a run stands: all that changes in it besides the weights. */
export interface RunProgress {
  readonly state: TrainingState
  /** Mean training loss of the last whole epoch; null before the first */
  lastLoss: number | null
  /** The model before training on the held-out slices; null until measured */
  baseCases: readonly ValidatedCase[] | null
  /** ... and at the best epoch */
  bestCases: readonly ValidatedCase[]
}

/**
 * A new run's beginning, or where a resumed one was.
 *
 * @param changes - what the user asks for of the recipe
 */
export function progressFrom(
  resumed: Resumed | null,
  parameters: Parameters,
  { learningRate }: TrainingRecipe,
  changes: Partial<TrainingRecipe>,
): RunProgress {
  if (!resumed) {
    return { state: startState(parameters, learningRate), lastLoss: null, baseCases: null, bestCases: [] }
  }
  const { checkpoint, run } = resumed
  const state = restoreState(resumed, parameters, learningRate)
  // A rate that the user asks for anew replaces what the schedule had come to; the same flags again ask for nothing.
  const isNew = run ? run.recipe.learningRate !== learningRate : changes.learningRate !== undefined
  if (isNew) state.schedule = { ...state.schedule, learningRate }
  return {
    state,
    lastLoss: checkpoint.loss,
    baseCases: run?.baseCases ?? null,
    bestCases: run?.bestCases ?? [],
  }
}

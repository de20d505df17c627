import { AppError } from '../../shared/errors'
import type { StoredRun } from '../database/project-store'
import type { ProjectSession } from '../projects/project-session'
import type { RunSplit } from './split'
import { chooseRunSplit } from './split'
import { trainingSlices } from './training-slices'

/**
 * The sides of a run of what is annotated now.
 *
 * @throws AppError NO_USABLE_SLICES, TOO_FEW_SLICES, SINGLE_GROUP
 */
export function splitFor(
  session: ProjectSession,
  { recipe, allowSharedGroup }: Pick<StoredRun['settings'], 'recipe' | 'allowSharedGroup'>,
): RunSplit {
  const slices = trainingSlices(session)
  if (slices.labelled.length === 0) {
    throw new AppError('NO_USABLE_SLICES', { file: session.store.project.get().name })
  }
  const { validationFraction, seed } = recipe
  return chooseRunSplit(session, slices, { validationFraction, seed, allowSharedGroup })
}

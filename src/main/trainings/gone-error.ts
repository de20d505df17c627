import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { problemOf } from '../../shared/problem-of'
import type { TrainingRun } from '../../shared/domain/training-run'
import { AppError } from '../../shared/errors'
import type { StoredRun } from '../database/project-store'
import type { ProjectSession } from '../projects/project-session'

/** Of a run that has trained and whose folder somebody removed: there is nothing to go on from. */
export function goneError({ folder }: ProjectSession, run: StoredRun): AppError | null {
  const file = join(folder, run.folder)
  return run.epochs.length === 0 || existsSync(file)
    ? null
    : new AppError('RUN_GONE', { name: run.name, file })
}

/** @throws AppError RUN_GONE */
export function refuseGone(session: ProjectSession, run: StoredRun): void {
  const gone = goneError(session, run)
  if (gone) throw gone
}

/** How such a run is shown: no epoch of it is kept anywhere. */
export function failedBy(error: AppError): Pick<TrainingRun, 'state' | 'bestEpoch' | 'error'> {
  return { state: 'failed', bestEpoch: null, error: problemOf(error) }
}

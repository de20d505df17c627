import { join, resolve } from 'node:path'
import { AppError } from '../../shared/errors'
import { isInside } from '../files/inside-root'
import { refuseLinks } from '../files/refuse-links'
import { databaseName } from '../projects/project-folder'
import type { ProjectSession } from '../projects/project-session'

/** Where a run works, relative to the project's folder, with slashes. */
export const runFolder = (id: number): string => `runs/${id}`

/**
 * A place among the runs of a project, which is written to and removed with all that is in it. The database may come
 * from anybody, so what it names elsewhere is refused.
 *
 * @param path - as the database has it
 * @throws AppError CORRUPT_FILE; LINK_IN_PROJECT where a link leads to it
 */
export function placeAmongRuns({ folder }: Pick<ProjectSession, 'folder'>, path: string): string {
  const runs = join(folder, 'runs')
  const place = resolve(folder, path)
  if (place !== runs && isInside(place, runs)) {
    refuseLinks(folder, place)
    return place
  }
  const reason = 'it names a folder of a run that is none of its own'
  throw new AppError('CORRUPT_FILE', { file: join(folder, databaseName), reason })
}

/** What the training reads: `train/` and `val/`, each with `images/` and `masks/`. */
export const dataFolder = (folder: string): string => join(folder, 'data')

/** In it the training makes its own dated folder: checkpoints, log, charts, model card. */
export const outFolder = (folder: string): string => join(folder, 'out')

/** Sorts as the slices of the project do; the group in front is what the training splits by. */
export function sliceFileStem(id: number, group: number): string {
  return `g${String(group).padStart(6, '0')}-slice-${String(id).padStart(9, '0')}`
}

/** For the training: what of a file's name is its group. */
export const groupPattern = '^g[0-9]+'

/** @returns null for a name that is not of a slice */
export function sliceIdOf(name: string): number | null {
  const digits = /-slice-(\d+)$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

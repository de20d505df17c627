import { join } from 'node:path'

/** Where a run works, relative to the project's folder, with slashes. */
export const runFolder = (id: number): string => `runs/${id}`

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

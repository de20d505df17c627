import { createHash } from 'node:crypto'

/**
 * Names a slice in files that leave the computer: file names may hold patients' names, and a checkpoint is passed on.
 *
 * @param id - path of the slice inside its data set
 */
export function sliceKey(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

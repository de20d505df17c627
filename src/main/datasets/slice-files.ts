import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { codecByName } from '../codecs'
import { filesIn } from './folders'
import { skippedFile } from './outcome'
import type { SkippedFile } from './records'

/** Files that lie beside slices and are no slices. */
const besides = /\.(csv|tsv|txt|md|json|ya?ml|html|ini|db)$|^(licen[cs]e|readme|thumbs\.db)/i

/** Whether a file's name says that it lies beside slices without being one: a table, a licence. */
export const isBesides = (name: string): boolean => besides.test(name)

export interface SliceFiles {
  /** Names, sorted */
  readonly names: readonly string[]
  /** What is in the folder in a format that is not read */
  readonly skipped: readonly SkippedFile[]
}

/**
 * The files of a folder that can be images, volumes or masks, by their names; the others are reported.
 *
 * @throws AppError FOLDER_NOT_FOUND
 */
export async function sliceFilesIn(folder: string): Promise<SliceFiles> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder })
  }
  const files = await filesIn(folder)
  const skipped = files
    .filter(name => !codecByName(name) && !isBesides(name))
    .map(name => skippedFile(new AppError('UNKNOWN_FORMAT', { file: join(folder, name) })))
  return { names: files.filter(name => codecByName(name)), skipped }
}

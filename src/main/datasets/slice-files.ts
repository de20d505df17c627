import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { bytesOf, codecByName, codecs } from '../codecs'
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
 * The files of a folder that can be images, volumes or masks, by their names or else their first bytes; the others are
 * reported.
 *
 * @throws AppError FOLDER_NOT_FOUND
 */
export async function sliceFilesIn(folder: string): Promise<SliceFiles> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder })
  }
  const names: string[] = []
  const skipped: SkippedFile[] = []
  for (const name of await filesIn(folder)) {
    if (codecByName(name) || (!isBesides(name) && (await looksRead(join(folder, name))))) names.push(name)
    else if (!isBesides(name))
      skipped.push(skippedFile(new AppError('UNKNOWN_FORMAT', { file: join(folder, name) })))
  }
  return { names, skipped }
}

/** Bytes that tell the formats apart */
const headLength = 512

/** DICOM files often have no ending at all: their first bytes say what they are. */
async function looksRead(file: string): Promise<boolean> {
  const head = await bytesOf(file, headLength).catch(() => null)
  return head !== null && codecs.some(codec => codec.sniff(head))
}

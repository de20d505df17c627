import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { SkippedFile } from '../datasets'
import { sliceFilesIn } from '../datasets'

export interface ImageFolder {
  /** Paths of the images and volumes, by name */
  readonly images: readonly string[]
  /** Files of a format that is not read */
  readonly skipped: readonly SkippedFile[]
}

/** @throws AppError FOLDER_NOT_FOUND */
export async function listImages(folder: string): Promise<ImageFolder> {
  const { names, skipped } = await sliceFilesIn(folder)
  return { images: names.map(name => join(folder, name)), skipped }
}

/** Finds an image by what a person calls it: its path, its file name or its stem. */
export function imageFinder(files: readonly string[]): (name: string) => string | undefined {
  const names = new Map(files.map(file => [basename(file), file]))
  const stems = new Map(files.map(file => [stemOf(file), file]))
  return name => {
    const last = basename(name.replaceAll('\\', '/'))
    return names.get(last) ?? stems.get(last) ?? stems.get(stemOf(last))
  }
}

/**
 * Makes sure that no result takes the place of what it is made from: results are named after their images.
 *
 * @throws AppError USAGE, before anything is read or written
 */
export async function refuseSameFolder(out: string, inputs: Readonly<Record<string, string>>): Promise<void> {
  // By identity, not by name: links, letter case and mounts give one folder several paths.
  const identity = async (folder: string): Promise<string | null> => {
    const entry = await stat(folder, { bigint: true }).catch(() => null)
    return entry && `${entry.dev}:${entry.ino}`
  }
  const target = await identity(out)
  if (target === null) return
  for (const [option, folder] of Object.entries(inputs)) {
    if ((await identity(folder)) !== target) continue
    const reason = `--out ${out} is the folder of ${option}: results could overwrite your own files. Choose another folder for --out.`
    throw new AppError('USAGE', { reason })
  }
}

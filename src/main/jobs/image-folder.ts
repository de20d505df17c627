import { access, constants, mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors'
import { codecByName, stemOf } from '../codecs'
import { systemCode, writeError } from '../files/write-atomically'

/**
 * The images and volumes of a folder, by name.
 *
 * @throws AppError FOLDER_NOT_FOUND, NO_USABLE_SLICES when there is none
 */
export async function listImages(folder: string): Promise<string[]> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder })
  }
  const names = (await readdir(folder)).filter(name => !name.startsWith('.') && codecByName(name)).sort()
  if (names.length === 0) throw new AppError('NO_USABLE_SLICES', { file: folder })
  return names.map(name => join(folder, name))
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
 * Makes the folder that results go to.
 *
 * @throws AppError FOLDER_NOT_WRITABLE and the like, before any work is done for nothing
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    // A file is in the way.
    if (systemCode(error) === 'EEXIST')
      throw new AppError('FOLDER_NOT_WRITABLE', { file: folder }, { cause: error })
    throw writeError(error, join(folder, 'a result'))
  }
}

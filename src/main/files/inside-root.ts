import { realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, isAbsolute, resolve, sep } from 'node:path'
import { AppError } from '../../shared/errors'

/** Whether a path is the folder or lies below it, by its letters: links must be resolved before. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * The real path of what a door asks for, links resolved. What lies outside the roots is answered as what is not there.
 *
 * @param roots - empty: everything is allowed
 * @throws AppError FOLDER_NOT_FOUND
 */
export async function insideRoots(path: string, roots: readonly string[]): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) throw new AppError('FOLDER_NOT_FOUND', { file: path })
  const real = await realOrNew(resolve(path))
  if (roots.length === 0) return real
  for (const root of roots) if (isInside(real, await realOrNew(root))) return real
  throw new AppError('FOLDER_NOT_FOUND', { file: path })
}

/** Of a path that is not there yet, the folders above it are resolved. */
async function realOrNew(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    if (dirname(path) === path) throw new AppError('FOLDER_NOT_FOUND', { file: path }, { cause })
    return join(await realOrNew(dirname(path)), basename(path))
  }
}

import { lstatSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { AppError } from '../../shared/errors'
import { systemCode } from './write-atomically'

/**
 * Refuses a place in a project to which a link leads: the folder may come from anybody, and what is written or removed
 * there would be written or removed elsewhere. What is not there yet is no link.
 *
 * @param folder - the project's own, without links
 * @param path - absolute, below it
 * @throws AppError LINK_IN_PROJECT
 */
export function refuseLinks(folder: string, path: string): void {
  let place = folder
  for (const name of relative(folder, path).split(sep)) {
    place = join(place, name)
    if (isLink(place)) throw new AppError('LINK_IN_PROJECT', { file: place })
  }
}

/** What lies below a file is not there either. */
function isLink(place: string): boolean {
  try {
    return lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false
    throw error
  }
}

/**
 * Refuses a folder with a link anywhere in it: for one that a whole program works in.
 *
 * @throws AppError LINK_IN_PROJECT
 */
export async function refuseLinksWithin(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []) // not there yet
  const link = entries.find(entry => entry.isSymbolicLink())
  if (link) throw new AppError('LINK_IN_PROJECT', { file: join(link.parentPath, link.name) })
}

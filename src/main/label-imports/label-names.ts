import { dirname } from 'node:path'
import { isAppError } from '../../shared/errors'
import { bytesOf } from '../codecs'
import { insideRoots } from '../files/inside-root'
import type { LabelNames } from '../label-sources'
import { labelSourceOf } from '../label-sources'
import { namesBeside } from './find-label-files'

/** Names for label maps that have none of their own. */
export interface NameLists {
  /** @throws AppError CORRUPT_FILE where the list that it would be named by is damaged */
  of(file: string): Promise<LabelNames>
}

const none: LabelNames = new Map()

/** @param given - lists that were named: they hold for all; else one beside the label map does */
export function createNameLists(given: readonly LabelNames[], roots: readonly string[]): NameLists {
  const read = new Map<string, Promise<LabelNames | null>>()
  const namesIn = (file: string): Promise<LabelNames | null> => {
    const known = read.get(file) ?? readNames(file, roots)
    read.set(file, known)
    return known
  }
  const all = new Map(given.flatMap(names => [...names]))
  return {
    of: async file => {
      if (given.length > 0) return all
      for (const beside of await namesBeside(file)) {
        const names = await namesIn(beside)
        if (names) return names
      }
      return none
    },
  }
}

/** @returns null where it is not there, or holds no names */
async function readNames(file: string, roots: readonly string[]): Promise<LabelNames | null> {
  try {
    if (roots.length > 0) await insideRoots(dirname(file), roots)
    const source = await labelSourceOf(file)
    if (source?.holds !== 'names') return null
    const found = await source.read(await bytesOf(file), file)
    return found.kind === 'names' ? found.names : null
  } catch (error) {
    if (isAppError(error) && error.code !== 'CORRUPT_FILE') return null
    throw error
  }
}

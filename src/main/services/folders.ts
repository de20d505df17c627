import { readdir, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FolderEntry } from '../../shared/contract/system'
import { AppError } from '../../shared/errors'
import { codecByName } from '../codecs'
import { isInside } from '../files/inside-root'
import { databaseName } from '../projects/project-folder'
import { allowedPath } from './allowed-path'
import { implementer } from './implementer'

export const foldersService = implementer.folders.router({
  list: implementer.folders.list.handler(async ({ input, context }) => {
    const path = await allowedPath(context, input.path ?? context.root ?? homedir())
    const above = dirname(path)
    const isTop = above === path || (context.root !== null && !isInside(above, context.root))
    return { path, parent: isTop ? null : above, entries: await entriesOf(path) }
  }),
})

/** Folders and what can be imported, by name; hidden ones are passed over, and so is what cannot be looked at. */
async function entriesOf(folder: string): Promise<FolderEntry[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder }, { cause })
  })
  const entries = await Promise.all(
    names.filter(name => !name.startsWith('.')).map(name => entryOf(folder, name)),
  )
  const order = (entry: FolderEntry): number => (entry.kind === 'file' ? 1 : 0)
  return entries
    .filter(entry => entry !== null)
    .sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name, 'en', { numeric: true }))
}

async function entryOf(folder: string, name: string): Promise<FolderEntry | null> {
  const path = join(folder, name)
  const found = await stat(path).catch(() => null)
  if (found?.isDirectory() === true) {
    const kind = existsSync(join(path, databaseName)) ? 'project' : 'folder'
    return { name, path, kind, bytes: null }
  }
  const isReadable = found?.isFile() === true && codecByName(name) !== undefined
  return isReadable ? { name, path, kind: 'file', bytes: found.size } : null
}

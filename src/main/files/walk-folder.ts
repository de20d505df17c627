import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { insideRoots } from './inside-root'

/** What is met on the way through a folder, by name; a folder comes before what is in it. */
export interface WalkedEntry {
  readonly kind: 'folder' | 'file'
  readonly path: string
  /** The folders that it lies in, the outermost first */
  readonly folders: readonly string[]
}

export interface WalkOptions {
  /** Links that lead out of these are not followed; empty: all are */
  readonly roots: readonly string[]
  /** Asked between two entries */
  readonly signal: AbortSignal | undefined
}

/** The folder and all that is below it, without hidden entries; each folder once, by however many links it is reached. */
export async function* walkFolder(root: string, options: WalkOptions): AsyncGenerator<WalkedEntry> {
  yield* walk(root, [], { ...options, entered: new Set() })
}

interface World extends WalkOptions {
  /** Links lead to a folder again, in circles or by more ways than anybody can go */
  readonly entered: Set<string>
}

async function* walk(folder: string, above: readonly string[], world: World): AsyncGenerator<WalkedEntry> {
  const { roots, signal, entered } = world
  const { ino, dev } = await stat(folder)
  const own = `${dev}:${ino}`
  if (entered.has(own)) return
  entered.add(own)
  yield { kind: 'folder', path: folder, folders: above }
  const folders = [...above, folder]
  for (const name of (await readdir(folder)).filter(name => !name.startsWith('.')).sort(byNumber)) {
    if (signal?.aborted === true) return
    const path = join(folder, name)
    if (await leadsOut(path, roots)) continue
    const entry = await stat(path).catch(() => null) // a broken link is reported when it is opened
    if (entry?.isDirectory() === true) yield* walk(path, folders, world)
    else yield { kind: 'file', path, folders }
  }
}

async function leadsOut(path: string, roots: readonly string[]): Promise<boolean> {
  if (roots.length === 0 || !(await lstat(path)).isSymbolicLink()) return false
  return insideRoots(path, roots).then(
    () => false,
    () => true,
  )
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare

import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { stemOf } from '../codecs'
import type { PixelSpacing, SpacingTable } from '../datasets'
import { folderPairs, isBesides, pairFiles, readSpacingTables } from '../datasets'
import { insideRoots } from '../files/inside-root'

/** A file that was dropped, or that lies in a folder that was. */
export interface FoundFile {
  readonly file: string
  /** As the report shows it: with the folder that was dropped, without those above it */
  readonly shown: string
  /** Its label map */
  readonly maskFile: string | null
  readonly spacingMm: PixelSpacing | null
  /** A label map in a folder of masks, without an image of its name */
  readonly isLostMask: boolean
}

export interface FindOptions {
  /** Links that lead out of these are not followed; empty: all are */
  readonly roots?: readonly string[]
  /** Asked between two entries */
  readonly signal?: AbortSignal | undefined
  /** Called for each file that is found */
  readonly onFound?: () => void
}

/**
 * The files to import, each once, by name. Folders are walked; hidden files and tables are passed over, and so are label
 * maps that belong to an image: they come with it.
 *
 * @returns none where it was stopped
 */
export async function findImportFiles(
  paths: readonly string[],
  { roots = [], signal, onFound = () => undefined }: FindOptions = {},
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  const entered = new Set<string>()
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
    const files = isFolder
      ? await walk(path, { root: dirname(path), roots, entered, signal, onFound })
      : [alone(path)]
    for (const file of files) if (!found.has(file.file)) found.set(file.file, file)
  }
  return signal?.aborted === true ? [] : [...found.values()]
}

const alone = (file: string): FoundFile => ({
  ...{ file, shown: basename(file) },
  ...{ maskFile: null, spacingMm: null, isLostMask: false },
})

interface Walk {
  /** Names are shown from here on */
  readonly root: string
  readonly roots: readonly string[]
  /** Folders that were looked through: links lead to them again, in circles or by more ways than anybody can go */
  readonly entered: Set<string>
  readonly signal: AbortSignal | undefined
  readonly onFound: () => void
}

async function walk(folder: string, world: Walk): Promise<FoundFile[]> {
  const { root, roots, entered, signal, onFound } = world
  const { ino, dev } = await stat(folder)
  const own = `${dev}:${ino}`
  if (entered.has(own)) return []
  entered.add(own)
  const layout = await readLayout(folder)
  const files: FoundFile[] = []
  for (const name of (await readdir(folder)).filter(name => !name.startsWith('.')).sort(byNumber)) {
    if (signal?.aborted === true) break
    const path = join(folder, name)
    if (await leadsOut(path, roots)) continue
    const entry = await stat(path).catch(() => null) // a broken link is reported when it is opened
    if (entry?.isDirectory() === true) {
      const inside = await walk(path, world)
      files.push(...inside.map(file => withLayout(file, layout)))
    } else if (!isBesides(name)) {
      onFound()
      files.push(withLayout({ ...alone(path), shown: relative(root, path) }, layout))
    }
  }
  return files.filter(({ file }) => !layout.used.has(file))
}

async function leadsOut(path: string, roots: readonly string[]): Promise<boolean> {
  if (roots.length === 0 || !(await lstat(path)).isSymbolicLink()) return false
  return insideRoots(path, roots).then(
    () => false,
    () => true,
  )
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare

/** What the names in a folder say: which label map belongs to which image, and how large pixels are. */
interface Layout {
  readonly maskOf: ReadonlyMap<string, string>
  /** Label maps that come with an image */
  readonly used: ReadonlySet<string>
  /** Folders that hold nothing but label maps */
  readonly maskFolders: ReadonlySet<string>
  readonly spacings: SpacingTable
}

async function readLayout(folder: string): Promise<Layout> {
  const pairs = await folderPairs(folder)
  const named = pairs.filter(({ images, masks }) => images !== masks)
  const maskOf = new Map<string, string>()
  for (const place of pairs) {
    const { pairs: files } = await pairFiles(place)
    for (const { imageFile, maskFile } of files) maskOf.set(imageFile, maskFile)
  }
  const tables = [folder, ...pairs.flatMap(({ images }) => [dirname(images), images])]
  return {
    maskOf,
    used: new Set(maskOf.values()),
    maskFolders: new Set(named.map(({ masks }) => masks)),
    spacings: await readSpacingTables([...new Set(tables)]),
  }
}

/** What a folder further down has found out already stays. */
function withLayout(found: FoundFile, { maskOf, maskFolders, spacings }: Layout): FoundFile {
  const { file } = found
  return {
    ...found,
    maskFile: found.maskFile ?? maskOf.get(file) ?? null,
    spacingMm: found.spacingMm ?? spacings.get(basename(file)) ?? spacings.get(stemOf(file)) ?? null,
    isLostMask: found.isLostMask || maskFolders.has(dirname(file)),
  }
}

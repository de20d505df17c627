import { stat } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { stemOf } from '../codecs'
import type { PixelSpacing, SpacingTable } from '../datasets'
import { folderPairs, isBesides, pairFiles, readSpacingTables } from '../datasets'
import type { WalkOptions } from '../files/walk-folder'
import { walkFolder } from '../files/walk-folder'
import { isLabelFile } from '../label-sources'

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
  /** It holds masks for images, and is none itself: COCO, labelme, DICOM SEG, segments of 3D Slicer */
  readonly isLabels: boolean
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
 * maps that belong to an image: they come with it. Lists of masks are taken along, for when the images are there.
 *
 * @returns none where it was stopped
 */
export async function findImportFiles(
  paths: readonly string[],
  { roots = [], signal, onFound = () => undefined }: FindOptions = {},
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
    const files = isFolder
      ? await filesBelow(path, { roots, signal, onFound })
      : [{ ...alone(path), isLabels: await isLabelList(path) }]
    for (const file of files) if (!found.has(file.file)) found.set(file.file, file)
  }
  return signal?.aborted === true ? [] : [...found.values()]
}

const alone = (file: string): FoundFile => ({
  ...{ file, shown: basename(file) },
  ...{ maskFile: null, spacingMm: null, isLostMask: false, isLabels: false },
})

/** Of what lies beside images, JSON may be more than a table. */
const isLabelList = async (path: string): Promise<boolean> =>
  /\.json$/i.test(path) && (await isLabelFile(path).catch(() => false))

async function filesBelow(
  root: string,
  { onFound, ...options }: WalkOptions & { readonly onFound: () => void },
): Promise<FoundFile[]> {
  const layouts = new Map<string, Layout>()
  const files: FoundFile[] = []
  for await (const { kind, path, folders } of walkFolder(root, options)) {
    if (kind === 'folder') layouts.set(path, await readLayout(path))
    else if (await isLabelList(path))
      files.push({ ...alone(path), shown: relative(dirname(root), path), isLabels: true })
    else if (!isBesides(basename(path))) {
      onFound()
      // What a folder further down has found out comes first.
      const around = [...folders].reverse().flatMap(folder => layouts.get(folder) ?? [])
      const found = { ...alone(path), shown: relative(dirname(root), path) }
      if (!around.some(({ used }) => used.has(path))) files.push(around.reduce(withLayout, found))
    }
  }
  return files
}

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

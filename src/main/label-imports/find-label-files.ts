import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { stemOf } from '../codecs'
import { filesIn, folderPairs, isBesides, pairFiles } from '../datasets'
import type { WalkOptions } from '../files/walk-folder'
import { walkFolder } from '../files/walk-folder'

/** A file that may hold labels: it was given, or lies in a folder that was. */
export interface LabelFilePlace {
  readonly file: string
  /** As the report shows it: with the folder that was given, without those above it */
  readonly shown: string
  /** Whether it was named: then it is refused where it is no labels, else passed over */
  readonly isNamed: boolean
}

/** Folders of images, by the names that data sets give them */
const imageFolders = /^(images?|imgs?|images(tr|ts|val))$/i

/** Each once, by name. Images that have a label map beside them, and folders of images, are passed over. */
export async function findLabelFiles(
  paths: readonly string[],
  options: WalkOptions,
): Promise<LabelFilePlace[]> {
  const found = new Map<string, LabelFilePlace>()
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
    const files = isFolder
      ? await filesBelow(path, options)
      : [{ file: path, shown: basename(path), isNamed: true }]
    for (const file of files) if (!found.has(file.file)) found.set(file.file, file)
  }
  return [...found.values()]
}

async function filesBelow(root: string, options: WalkOptions): Promise<LabelFilePlace[]> {
  const images = new Set<string>()
  const files: LabelFilePlace[] = []
  for await (const { kind, path, folders } of walkFolder(root, options)) {
    if (kind === 'folder') {
      for (const image of await imagesIn(path)) images.add(image)
    } else if (isJson(path) || !isAmongImages(path, folders, images)) {
      files.push({ file: path, shown: relative(dirname(root), path), isNamed: false })
    }
  }
  return files
}

/** Files and folders that hold images and no labels, by their names. */
async function imagesIn(folder: string): Promise<string[]> {
  const pairs = await folderPairs(folder)
  const images: string[] = []
  for (const place of pairs) {
    if (place.images !== place.masks) images.push(place.images)
    else for (const { imageFile } of (await pairFiles(place)).pairs) images.push(imageFile)
  }
  if (imageFolders.test(basename(folder))) images.push(folder)
  return images
}

/** labelme lays its files among the images; other JSON is told from masks by what is in it. */
const isJson = (path: string): boolean => /\.json$/i.test(path)

/** Also what lies beside slices without being one; lists of names are looked for where they are needed. */
const isAmongImages = (path: string, folders: readonly string[], images: ReadonlySet<string>): boolean =>
  isBesides(basename(path)) || [path, ...folders].some(one => images.has(one))

/** Files beside a label map that may hold the names of its labels, the nearest first. */
export async function namesBeside(file: string): Promise<string[]> {
  const folder = dirname(file)
  const names = (await filesIn(folder).catch(() => [])).filter(name => /\.(label|txt)$/i.test(name))
  const own = stemOf(file).replace(/\.seg$/i, '')
  const isOwn = (name: string): boolean => name.replace(/\.[^.]*$/, '') === own
  const lists = [...names.filter(isOwn), ...names.filter(name => !isOwn(name))].map(name =>
    join(folder, name),
  )
  return [...lists, join(folder, 'dataset.json'), join(dirname(folder), 'dataset.json')]
}

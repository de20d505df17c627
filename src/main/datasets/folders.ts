import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { SliceRecord } from './records'

/** A folder of images and the folder of their masks; the same one if they lie side by side. */
export interface FolderPair {
  readonly images: string
  readonly masks: string
  readonly split: SliceRecord['split']
}

const names = [
  ['images', 'masks'],
  ['imgs', 'gts'],
] as const
const splits = ['train', 'val'] as const

/**
 * The folders of a data set: `images` + `masks` (or the original script's `imgs` + `gts`), at the top, inside
 * `train` and `val`, or with `train` and `val` inside them; where there is none of these, the folder itself and
 * its `train` and `val`, with masks told from images by their suffix.
 *
 * @throws AppError FOLDER_NOT_FOUND
 */
export async function folderPairs(root: string): Promise<FolderPair[]> {
  if (!(await isFolder(root))) throw new AppError('FOLDER_NOT_FOUND', { file: root })
  const places: FolderPair[] = [{ images: root, masks: root, split: null }]
  for (const split of splits) places.push({ images: join(root, split), masks: join(root, split), split })
  const candidates = names.flatMap(([images, masks]) => [
    ...places.map(place => ({
      images: join(place.images, images),
      masks: join(place.masks, masks),
      split: place.split,
    })),
    ...splits.map(split => ({ images: join(root, images, split), masks: join(root, masks, split), split })),
  ])
  const named = await existing(candidates)
  return named.length > 0 ? named : existing(places)
}

/** Files of a folder by name, sorted, without hidden ones and folders; links are followed. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder)).filter(name => !name.startsWith('.')).sort()
  const files = await Promise.all(entries.map(name => stat(join(folder, name)).catch(() => null)))
  // A broken link stays in the list: opening it then reports it by name.
  return entries.filter((_, index) => !files[index]?.isDirectory())
}

async function existing(candidates: readonly FolderPair[]): Promise<FolderPair[]> {
  const found = await Promise.all(
    candidates.map(async pair => (await isFolder(pair.images)) && (await isFolder(pair.masks))),
  )
  return candidates.filter((_, index) => found[index])
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

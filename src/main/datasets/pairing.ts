import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { FolderPair } from './folders'
import { skippedFile } from './outcome'
import type { SkippedFile } from './records'
import { sliceFilesIn } from './slice-files'

export interface FilePair {
  readonly imageFile: string
  readonly maskFile: string
}

const maskSuffix = /_(mask|label|seg|Annotation)$/i

/** Pairs images with masks by stem, an optional suffix of the mask ignored; whatever has no partner is reported. */
export async function pairFiles(folders: FolderPair): Promise<{ pairs: FilePair[]; skipped: SkippedFile[] }> {
  const together = folders.images === folders.masks
  const besideImages = await sliceFilesIn(folders.images)
  const besideMasks = together ? besideImages : await sliceFilesIn(folders.masks)
  const skipped = [...besideImages.skipped, ...(together ? [] : besideMasks.skipped)]
  const isMask = (name: string): boolean => maskSuffix.test(stemOf(name))
  const images = together ? besideImages.names.filter(name => !isMask(name)) : besideImages.names
  const masks = together ? besideMasks.names.filter(isMask) : besideMasks.names

  const leave = (file: string, reason: string): void => {
    skipped.push(skippedFile(new AppError('UNUSABLE_SLICE', { file, reason })))
  }
  const maskOf = byStem(masks)
  const used = new Set<string>()
  const pairs: FilePair[] = []
  for (const name of images) {
    const mask = maskOf(stemOf(name))
    const imageFile = join(folders.images, name)
    if (mask === undefined) leave(imageFile, 'it has no mask of the same name')
    else if (used.has(mask)) leave(imageFile, `another image of the same name already uses the mask ${mask}`)
    else {
      used.add(mask)
      pairs.push({ imageFile, maskFile: join(folders.masks, mask) })
    }
  }
  for (const mask of masks)
    if (!used.has(mask)) leave(join(folders.masks, mask), 'it has no image of the same name')
  return { pairs, skipped }
}

/** Looks masks up by their whole stem first, then by the stem without its suffix. */
function byStem(masks: readonly string[]): (stem: string) => string | undefined {
  const whole = new Map(masks.map(name => [stemOf(name), name]))
  const bare = new Map(masks.map(name => [stemOf(name).replace(maskSuffix, ''), name]))
  return stem => whole.get(stem) ?? bare.get(stem)
}

import { stemOf } from '../codecs'
import type { ProjectStore, StoredSeries, StoredSlice } from '../database/project-store'

/** What labels can be attached to by its name: a picture, a volume, or one slice of a volume. */
export interface NamedImage {
  readonly series: StoredSeries
  /** null: the whole volume */
  readonly slice: StoredSlice | null
}

export interface ImageNames {
  /**
   * Images of the name, without folders and endings; of several those of the most similar folder.
   *
   * @param path - maybe with folders, as the file of labels has it
   */
  find(path: string, kind: 'volume' | 'slice'): readonly NamedImage[]
}

/** At the ends of label maps' names (decisions): `head_mask.png` belongs to `head.png`. */
const maskSuffix = /[_-](masks?|labels?|segmentation|seg|annotation)$/i
/** `head_image.png`; nnU-Net's first channel: `liver_001_0000.nii.gz` has the label map `liver_001.nii.gz`. */
const imageSuffix = /_(image|img|\d{4})$/i
/** 3D Slicer's `.seg.nrrd` */
const slicerSuffix = /\.seg$/i

/** The name as a label file would have it, with what is added to it taken off step by step. */
export function labelledNames(path: string): string[] {
  const stem = stemOf(baseName(path)).replace(slicerSuffix, '')
  return [...new Set([stem, stem.replace(maskSuffix, '')])].map(nameKey)
}

const baseName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** Exports keep letters of all languages and digits; systems disagree about case. */
const nameKey = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '_')
    .toLowerCase()

/** All names are listed once: a project may have ten thousand slices. */
export function createImageNames({ series, slices }: ProjectStore): ImageNames {
  const volumes = new Map<string, NamedImage[]>()
  const pictures = new Map<string, NamedImage[]>()
  for (const one of series.list()) {
    const own = slices.ofSeries(one.id)
    const names = namesOf(one)
    if (one.kind === 'volume') for (const name of names) add(volumes, name, { series: one, slice: null })
    for (const slice of own) {
      const sliceNames = one.kind === 'volume' && own.length > 1 ? [nameKey(slice.name)] : names
      for (const name of sliceNames) add(pictures, name, { series: one, slice })
    }
  }
  return {
    find: (path, kind) => {
      const known = kind === 'volume' ? volumes : pictures
      for (const name of labelledNames(path)) {
        const found = known.get(name)
        if (found) return nearest(found, path)
      }
      return []
    },
  }
}

/** As it is called, as its file is called, and without what marks an image. */
function namesOf({ name, path }: StoredSeries): Set<string> {
  const own = [name, stemOf(path)].map(nameKey)
  return new Set([...own, ...own.map(one => one.replace(imageSuffix, ''))])
}

function add(known: Map<string, NamedImage[]>, name: string, image: NamedImage): void {
  const found = known.get(name)
  if (found) found.push(image)
  else known.set(name, [image])
}

/** Folders that say what is in them and not whose it is */
const kinds = /^(images?|imgs|masks?|gts|labels?|annotations?|images(tr|ts)|labels(tr|ts))$/i

/** Of several the ones whose folders are called most alike. */
export function nearest(found: readonly NamedImage[], path: string): readonly NamedImage[] {
  if (found.length === 1) return found
  const folders = foldersOf(path)
  const scores = found.map(({ series }) => sharedEnd(foldersOf(series.path), folders))
  const best = Math.max(...scores)
  return found.filter((_, index) => scores[index] === best)
}

const foldersOf = (path: string): string[] =>
  path
    .split(/[\\/]/)
    .slice(0, -1)
    .filter(folder => folder !== '' && !kinds.test(folder))

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < Math.min(a.length, b.length) && a.at(-1 - shared) === b.at(-1 - shared)) shared++
  return shared
}

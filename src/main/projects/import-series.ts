import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import type { DecodedFile, DicomHead, SeriesOrder } from '../codecs'
import { bytesOf, decodeBytes, orderOf, readDicomHead, seriesFile, turnedOrder } from '../codecs'
import { makeFolder } from '../files/make-folder'
import { refuseLinks } from '../files/refuse-links'
import { writeAtomically } from '../files/write-atomically'
import type { FoundFile } from './find-import-files'
import { imagesFolder } from './image-copies'

/** DICOM files that are the slices of one volume. */
export interface SeriesPlan {
  readonly name: string
  /** In the order in which the slices lie */
  readonly files: readonly string[]
  /** Left out: their place is taken */
  readonly duplicates: number
  readonly gaps: number
}

/** What an import reads once and then keeps. */
export interface ImportSource {
  readonly bytes: number
  readonly sha256: string
  decode(): Promise<DecodedFile>
  /** @returns the path that the project knows it by */
  keep(folder: string, copy: boolean): Promise<string>
}

export type FoundItem = FoundFile & { readonly series: SeriesPlan | null }

/**
 * Puts together the files that are slices of one volume: same Series UID, size and direction, each with a place of its own. A
 * series of slices of which no two are parallel is a stack without a place. A file with a label map of its own stays alone.
 */
export async function groupSeries(found: readonly FoundFile[], signal?: AbortSignal): Promise<FoundItem[]> {
  const groups = new Map<string, Slice[]>()
  for (const file of found) {
    if (signal?.aborted === true) break
    if (file.maskFile !== null || file.isLostMask) continue
    const head = await readDicomHead(file.file)
    if (head) groups.set(head.series, [...(groups.get(head.series) ?? []), { ...head, file }])
  }
  const first = new Map<string, FoundItem>()
  const taken = new Set<string>()
  for (const { slices, order } of [...groups.values()].flatMap(volumesOf)) {
    const [head] = slices
    if (!head) continue
    for (const { file } of slices) taken.add(file.file)
    first.set(head.file.file, seriesOf(head, order))
  }
  return found.flatMap(file => {
    const item = first.get(file.file)
    if (item) return [item]
    return taken.has(file.file) ? [] : [{ ...file, series: null }]
  })
}

type Slice = DicomHead & { readonly file: FoundFile }

interface Volume {
  readonly slices: readonly Slice[]
  readonly order: SeriesOrder<Slice>
}

function volumesOf(series: readonly Slice[]): Volume[] {
  const parallel = new Map<string, Slice[]>()
  for (const slice of series) parallel.set(slice.direction, [...(parallel.get(slice.direction) ?? []), slice])
  if (series.length > 1 && parallel.size === series.length)
    return [{ slices: series, order: turnedOrder(series) }]
  return [...parallel.values()].flatMap(slices => {
    const order = orderOf(slices)
    return order ? [{ slices, order }] : []
  })
}

function seriesOf({ file, place }: Slice, order: SeriesOrder<Slice>): FoundItem {
  const folder = dirname(file.shown)
  const name = fileName(place.description ?? '') || fileName(basename(dirname(file.file))) || 'series'
  return {
    ...file,
    shown: folder === '.' ? name : folder,
    series: {
      name,
      files: order.sorted.map(slice => slice.file.file),
      duplicates: order.duplicates.length,
      gaps: order.gaps,
    },
  }
}

/** Fit for a file name on every system. */
const fileName = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ')
    .trim()
    .slice(0, 60)

/** @throws AppError what reading a slice can meet */
export async function openSeries({ name, files }: SeriesPlan): Promise<ImportSource> {
  const hash = createHash('sha256')
  let bytes = 0
  for (const file of files) {
    const content = await bytesOf(file)
    bytes += content.length
    hash.update(content)
  }
  const list = Buffer.from(seriesFile(files))
  return {
    bytes,
    sha256: hash.digest('hex'),
    decode: () => decodeBytes(list, join(dirname(files[0] ?? ''), name), 'image'),
    keep: (folder, copy) => keepSeries(name, files, folder, copy),
  }
}

/** The list always lies in the project; the slices beside it, or where they are. */
async function keepSeries(
  name: string,
  files: readonly string[],
  folder: string,
  copy: boolean,
): Promise<string> {
  const images = join(folder, imagesFolder)
  refuseLinks(folder, images)
  await makeFolder(images)
  const own = freeName(images, name)
  const kept = copy ? await copySlices(files, folder, own) : files
  await writeAtomically(join(images, `${own}.dcmseries`), Buffer.from(seriesFile(kept)))
  return `${imagesFolder}/${own}.dcmseries`
}

async function copySlices(files: readonly string[], folder: string, own: string): Promise<string[]> {
  const place = join(folder, imagesFolder, own)
  refuseLinks(folder, place)
  await makeFolder(place)
  const kept: string[] = []
  for (const [index, file] of files.entries()) {
    const end = /^\.[a-z0-9]{1,8}$/i.test(extname(file)) ? extname(file) : '.dcm'
    const slice = `${String(index + 1).padStart(4, '0')}${end}`
    await writeAtomically(join(place, slice), await bytesOf(file))
    kept.push(`${own}/${slice}`)
  }
  return kept
}

function freeName(images: string, name: string): string {
  for (let copy = 1; ; copy++) {
    const candidate = copy === 1 ? name : `${name}-${copy}`
    if (![candidate, `${candidate}.dcmseries`].some(entry => existsSync(join(images, entry))))
      return candidate
  }
}

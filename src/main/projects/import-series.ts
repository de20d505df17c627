import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { AboutFile, AboutSeries, DecodedFile, DicomHead, SeriesList, SeriesOrder } from '../codecs'
import {
  aboutOf,
  aboutSlices,
  bytesOf,
  decodeBytes,
  largeSeries,
  listedAbout,
  orderOf,
  readDicomHead,
  readSlice,
  refuseOtherShape,
  seriesFile,
  turnedOrder,
} from '../codecs'
import { largePlanes } from '../datasets'
import { makeFolder } from '../files/make-folder'
import { refuseLinks } from '../files/refuse-links'
import { writeAtomically } from '../files/write-atomically'
import type { FoundFile } from './find-import-files'
import { imagesFolder, isUploaded } from './image-copies'
import type { ImportSource, Kept, KeepOptions } from './import-source'
import { cleanedCopy } from './import-source'

/** DICOM files that are the slices of one volume. */
export interface SeriesPlan {
  /** Of its description, or its folder */
  readonly name: string
  /** Of its kind and number: nobody's name can be in it */
  readonly plainName: string
  /** In the order in which the slices lie */
  readonly files: readonly string[]
  /** Left out: their place is taken */
  readonly duplicates: number
  readonly gaps: number
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
    if (head) inGroup(groups, head.series).push({ ...head, file })
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

function inGroup<T>(groups: Map<string, T[]>, key: string): T[] {
  const group = groups.get(key) ?? []
  groups.set(key, group)
  return group
}

type Slice = DicomHead & { readonly file: FoundFile }

interface Volume {
  readonly slices: readonly Slice[]
  readonly order: SeriesOrder<Slice>
}

function volumesOf(series: readonly Slice[]): Volume[] {
  const parallel = new Map<string, Slice[]>()
  for (const slice of series) inGroup(parallel, slice.direction).push(slice)
  if (series.length > 1 && parallel.size === series.length)
    return [{ slices: series, order: turnedOrder(series) }]
  return [...parallel.values()].flatMap(slices => {
    const order = orderOf(slices)
    return order ? [{ slices, order }] : []
  })
}

function seriesOf({ file, place, plainName }: Slice, order: SeriesOrder<Slice>): FoundItem {
  const folder = dirname(file.shown)
  const name = fileName(place.description ?? '') || fileName(basename(dirname(file.file))) || 'series'
  return {
    ...file,
    shown: folder === '.' ? name : folder,
    series: {
      name,
      plainName,
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
export async function openSeries(plan: SeriesPlan, options: KeepOptions): Promise<ImportSource> {
  const { files } = plan
  const hash = createHash('sha256')
  let bytes = 0
  for (const file of files) {
    const content = await bytesOf(file)
    bytes += content.length
    hash.update(content)
  }
  const name = options.keepTags === true ? plan.name : plan.plainName
  let listed: AboutSeries | null = null
  return {
    ...{ bytes, name, sha256: hash.digest('hex') },
    open: async () => {
      const { about, isScaled } = await surveyed(files)
      listed = listedAbout(about, isScaled)
      const planes = listed && largePlanes(largeSeries({ files, about: listed }, 'image'))
      // Slices in colours have no list that says what they are together.
      let whole: Promise<DecodedFile> | null = null
      const read = (): Promise<DecodedFile> =>
        (whole ??= decodeBytes(Buffer.from(seriesFile(files)), join(dirname(files[0] ?? ''), name), 'image'))
      return { about, files: { read, large: () => Promise.resolve(planes) } }
    },
    keep: () => keepSeries(name, { files, about: listed }, options),
  }
}

/** Decodes each slice once, and keeps none of its values. */
async function surveyed(files: readonly string[]): Promise<ReturnType<typeof aboutSlices>> {
  const slices: AboutFile[] = []
  for (const file of files) {
    const slice = aboutOf(await readSlice(await bytesOf(file), file, 'image'))
    refuseOtherShape(slice.shape, slices[0]?.shape, file)
    slices.push(slice)
  }
  return aboutSlices(slices)
}

/** The list always lies in the project; the slices beside it, or where they are. */
async function keepSeries(name: string, { files, about }: SeriesList, options: KeepOptions): Promise<Kept> {
  const { folder, copy, keepTags } = options
  const images = join(folder, imagesFolder)
  refuseLinks(folder, images)
  await makeFolder(images)
  const own = freeName(images, name)
  const isOurs = keepTags !== true && files.every(file => isUploaded(file, folder))
  const { kept, cleanedTags } =
    copy || isOurs ? await copySlices(files, own, options) : { kept: files, cleanedTags: 0 }
  await writeAtomically(join(images, `${own}.dcmseries`), Buffer.from(seriesFile(kept, about ?? undefined)))
  if (isOurs) for (const file of files) await rm(file, { force: true })
  return { path: `${imagesFolder}/${own}.dcmseries`, cleanedTags }
}

async function copySlices(
  files: readonly string[],
  own: string,
  { folder, store, keepTags = false }: KeepOptions,
): Promise<{ kept: string[]; cleanedTags: number }> {
  const place = join(folder, imagesFolder, own)
  refuseLinks(folder, place)
  await makeFolder(place)
  const kept: string[] = []
  let cleanedTags = 0
  for (const [index, file] of files.entries()) {
    const end = /^\.[a-z0-9]{1,8}$/i.test(extname(file)) ? extname(file) : '.dcm'
    const slice = `${String(index + 1).padStart(4, '0')}${end}`
    const bytes = await bytesOf(file)
    const copied = keepTags ? { bytes, cleanedTags: 0 } : cleanedCopy(bytes, file, store)
    await writeAtomically(join(place, slice), copied.bytes)
    cleanedTags += copied.cleanedTags
    kept.push(`${own}/${slice}`)
  }
  return { kept, cleanedTags }
}

function freeName(images: string, name: string): string {
  for (let copy = 1; ; copy++) {
    const candidate = copy === 1 ? name : `${name}-${copy}`
    if (![candidate, `${candidate}.dcmseries`].some(entry => existsSync(join(images, entry))))
      return candidate
  }
}

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { AboutFile, LargeVolume } from '../codecs'
import {
  aboutOf,
  bytesOf,
  codecByName,
  codecs,
  decodeBytes,
  openLargeVolume,
  readImageFile,
  stemOf,
} from '../codecs'
import { isDicom } from '../codecs/dicom-data-set'
import type { ProjectStore } from '../database/project-store'
import type { FileCache } from '../datasets'
import { largePlanes } from '../datasets'
import { deidentifyDicom } from '../privacy/deidentify-dicom'
import { plainName } from '../privacy/plain-name'
import { copyFileIn, copyIn, isUploaded, pathInProject } from './image-copies'
import { projectPseudonyms } from './project-pseudonyms'

export interface KeepOptions {
  readonly store: ProjectStore
  /** Of the project */
  readonly folder: string
  /** Copy pixels into the project, or leave them where they are */
  readonly copy: boolean
  /** Whether copies and names keep what identifies patients; as a rule they do not */
  readonly keepTags?: boolean
}

/** What an import reads once and then keeps. */
export interface ImportSource {
  readonly bytes: number
  /** Of the file as it was found: by it the same file is known again */
  readonly sha256: string
  /** What it is called in the project; read after `open` */
  readonly name: string
  open(): Promise<OpenedImage>
  keep(): Promise<Kept>
}

/** What a file says, and how its planes are fetched. */
export interface OpenedImage {
  readonly about: AboutFile
  readonly files: FileCache
}

export interface Kept {
  /** That the project knows it by */
  readonly path: string
  /** Attributes that the copies no longer hold, or hold otherwise */
  readonly cleanedTags: number
}

/** A file that is a picture or a volume by itself. @throws AppError UNKNOWN_FORMAT and what opening it can meet */
export async function openAlone(file: string, options: KeepOptions): Promise<ImportSource> {
  await refuseOtherFormat(file)
  const large = await openLargeVolume(file, 'image')
  if (large) return openLargeAlone(file, large, options)
  const bytes = await bytesOf(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const isCleaned = options.keepTags !== true && isDicom(bytes)
  const nameOf = (): string => (isCleaned ? plainName(bytes, file, sha256) : stemOf(file))
  return {
    bytes: bytes.length,
    sha256,
    get name() {
      return nameOf()
    },
    open: async () => {
      const decoded = await decodeBytes(bytes, file, 'image')
      return { about: aboutOf(decoded), files: { read: () => Promise.resolve(decoded) } }
    },
    keep: () => (isCleaned ? keepCleaned(file, nameOf(), bytes, options) : keepAsItIs(file, bytes, options)),
  }
}

/** Nothing of it is held but the plane that is being looked at. */
async function openLargeAlone(
  file: string,
  volume: LargeVolume,
  { folder, copy }: KeepOptions,
): Promise<ImportSource> {
  const planes = largePlanes(volume)
  return {
    ...(await fileDigest(file)),
    name: stemOf(file),
    open: async () => {
      await volume.check()
      return {
        about: volume.about,
        files: { read: () => readImageFile(file, 'image'), large: () => Promise.resolve(planes) },
      }
    },
    keep: async () => {
      volume.close()
      return { path: copy ? await copyFileIn(file, folder) : pathInProject(file, folder), cleanedTags: 0 }
    },
  }
}

async function fileDigest(file: string): Promise<Pick<ImportSource, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) {
    // A stream of a file without an encoding gives bytes.
    bytes += (chunk as Buffer).length
    hash.update(chunk as Buffer)
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function keepAsItIs(file: string, bytes: Uint8Array, { folder, copy }: KeepOptions): Promise<Kept> {
  return { path: copy ? await copyIn(file, bytes, folder) : pathInProject(file, folder), cleanedTags: 0 }
}

/** What was uploaded is the project's own: it gives way to its cleaned copy. */
async function keepCleaned(
  file: string,
  name: string,
  bytes: Uint8Array,
  { store, folder, copy }: KeepOptions,
): Promise<Kept> {
  const isOurs = isUploaded(file, folder)
  if (!copy && !isOurs) return { path: pathInProject(file, folder), cleanedTags: 0 }
  const cleaned = cleanedCopy(bytes, file, store)
  const path = await copyIn(`${name}.dcm`, cleaned.bytes, folder)
  if (isOurs) await rm(file, { force: true })
  return { path, cleanedTags: cleaned.cleanedTags }
}

/** @throws AppError CORRUPT_FILE */
export function cleanedCopy(
  bytes: Uint8Array,
  file: string,
  store: ProjectStore,
): { readonly bytes: Uint8Array; readonly cleanedTags: number } {
  const cleaned = deidentifyDicom(bytes, file, { pseudonyms: projectPseudonyms(store), keepDates: false })
  return {
    bytes: cleaned.bytes,
    cleanedTags: cleaned.changes.filter(({ treatment }) => treatment !== 'keep').length,
  }
}

/** Bytes that tell the formats apart */
const headLength = 512

/** What no codec knows, by name or by its first bytes, is not read whole: it may be gigabytes of something else. */
async function refuseOtherFormat(file: string): Promise<void> {
  if (codecByName(file)) return
  const head = await bytesOf(file, headLength)
  if (!codecs.some(codec => codec.sniff(head))) throw new AppError('UNKNOWN_FORMAT', { file })
}

import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import { bytesOf, codecByName, codecs, decodeBytes, stemOf } from '../codecs'
import { isDicom } from '../codecs/dicom-data-set'
import type { ProjectStore } from '../database/project-store'
import { deidentifyDicom } from '../privacy/deidentify-dicom'
import { plainName } from '../privacy/plain-name'
import { copyIn, isUploaded, pathInProject } from './image-copies'
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
  /** What it is called in the project; read after `decode` */
  readonly name: string
  decode(): Promise<DecodedFile>
  keep(): Promise<Kept>
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
    decode: () => decodeBytes(bytes, file, 'image'),
    keep: () => (isCleaned ? keepCleaned(file, nameOf(), bytes, options) : keepAsItIs(file, bytes, options)),
  }
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

import { AppError } from '../../shared/errors'
import type { Codec, DecodedFile, FileRole, LargeVolume } from './codec'
import { completed } from './codec'
import { dicom } from './dicom'
import { dicomSeries } from './dicom-series'
import { readBytes } from './file-bytes'
import { jpeg } from './jpeg'
import { largeBytes } from './large-volume'
import { nifti } from './nifti'
import { npy } from './npy'
import { npz } from './npz-archive'
import { nrrd } from './nrrd'
import { png } from './png'
import { tiff } from './tiff'

export type { AboutFile, Affine, Codec, DecodedFile, FileRole, LargeVolume, SeriesPlace } from './codec'
export { readNiftiHeader } from './nifti-header'
export type { DicomHead, DicomSource } from './dicom-head'
export { readDicomHead, readDicomSource } from './dicom-head'
export type { AboutSeries, SeriesList } from './series-list'
export { listedAbout, seriesFile, seriesMembers } from './series-list'
export { largeSeries } from './large-series'
export { aboutSlices, readSlice, refuseOtherShape } from './series-volume'
export { aboutOf } from './large-volume'
export { writeNifti } from './nifti-write'
export type { SeriesOrder } from './series-order'
export { orderOf, turnedOrder } from './series-order'
export { isNrrd, nrrdKeyValues, readNrrdHeader } from './nrrd-header'
export { readNpz } from './npz'
export { readBytes as bytesOf } from './file-bytes'
export { writeNpy } from './npy'
export { writePng } from './png'

/** Every import format; DICOM first, because its preamble may look like a TIFF. The open dialog, drag and drop and the command line follow it. */
export const codecs: readonly Codec[] = [dicom, png, jpeg, tiff, nifti, nrrd, npy, npz, dicomSeries]

/** Reads a file as what its bytes say it is, whatever its name. */
export async function readImageFile(file: string, role: FileRole): Promise<DecodedFile> {
  return decodeBytes(await readBytes(file), file, role)
}

/** Bytes that hold every header, of compressed files too */
const headLength = 32_768

/**
 * Opens a volume that need not be held in memory as a whole.
 *
 * @param least - bytes of decoded values from which on it is large
 * @returns null for everything else, which `readImageFile` is to read
 * @throws AppError as `readImageFile`
 */
export async function openLargeVolume(
  file: string,
  role: FileRole,
  least = largeBytes,
): Promise<LargeVolume | null> {
  if (role === 'stored') return null
  const head = await readBytes(file, headLength)
  const codec = codecs.find(candidate => candidate.sniff(head))
  return (await codec?.openLarge?.(file, { head, role, least })) ?? null
}

/** @param file - name for error messages */
export async function decodeBytes(bytes: Uint8Array, file: string, role: FileRole): Promise<DecodedFile> {
  return completed(await codecOf(bytes, file).read(bytes, file, role))
}

/**
 * The codec of what the bytes hold.
 *
 * @throws AppError CORRUPT_FILE, UNKNOWN_FORMAT
 */
export function codecOf(bytes: Uint8Array, file: string): Codec {
  if (bytes.length === 0) throw new AppError('CORRUPT_FILE', { file, reason: 'it is empty' })
  const codec = codecs.find(candidate => candidate.sniff(bytes))
  if (codec) return codec
  const named = codecs.find(candidate => hasExtension(file, candidate))
  if (named)
    throw new AppError('CORRUPT_FILE', { file, reason: `it is not a ${named.id} file, in spite of its name` })
  throw new AppError('UNKNOWN_FORMAT', { file })
}

/** The codec that the name of a file suggests, for listing folders without opening every file. */
export function codecByName(file: string): Codec | undefined {
  return codecs.find(codec => hasExtension(file, codec))
}

/** The name without folders and without the extension of its format (`.nii.gz` is one extension). */
export function stemOf(file: string): string {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)
  const extension = codecByName(name)?.extensions.find(end => name.toLowerCase().endsWith(end))
  if (extension) return name.slice(0, -extension.length)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

function hasExtension(file: string, codec: Codec): boolean {
  const name = file.toLowerCase()
  return codec.extensions.some(extension => name.endsWith(extension))
}

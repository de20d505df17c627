import { open, readFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { Codec, DecodedFile, FileRole } from './codec'
import { nifti } from './nifti'
import { npy } from './npy'
import { png } from './png'

export type { Codec, DecodedFile, FileRole } from './codec'
export type { Direction } from './nifti-header'
export { readNiftiHeader } from './nifti-header'
export { writeNifti } from './nifti-write'
export { readNpz } from './npz'
export { writeNpy } from './npy'
export { writePng } from './png'

/** Every import format. The open dialog, drag and drop and the command line follow it. */
export const codecs: readonly Codec[] = [png, npy, nifti]

/** Reads a file as what its bytes say it is, whatever its name. */
export async function readImageFile(file: string, role: FileRole): Promise<DecodedFile> {
  return decodeBytes(await bytesOf(file), file, role)
}

/** @param file - name for error messages */
export function decodeBytes(bytes: Uint8Array, file: string, role: FileRole): DecodedFile {
  if (bytes.length === 0) throw new AppError('CORRUPT_FILE', { file, reason: 'it is empty' })
  const codec = codecs.find(candidate => candidate.sniff(bytes))
  if (codec) return codec.read(bytes, file, role)
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

/** @throws AppError FILE_NOT_FOUND or FILE_UNREADABLE */
export async function bytesOf(file: string, limit?: number): Promise<Uint8Array> {
  try {
    return limit === undefined ? await readFile(file) : await firstBytes(file, limit)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (code === 'ENOENT') throw new AppError('FILE_NOT_FOUND', { file }, { cause })
    const reason =
      { EACCES: 'permission denied', EISDIR: 'it is a folder', EPERM: 'permission denied' }[code] ?? code
    throw new AppError('FILE_UNREADABLE', { file, reason }, { cause })
  }
}

async function firstBytes(file: string, limit: number): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const bytes = new Uint8Array(limit)
    const { bytesRead } = await handle.read(bytes, 0, limit, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

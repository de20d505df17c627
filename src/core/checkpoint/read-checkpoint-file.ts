import { notACheckpoint } from './damage'
import { plainBytes } from './plain-bytes'
import { looksLikeSafetensors, readSafetensors } from './safetensors'
import { readTorchLegacy } from './torch-legacy'
import { readTorchZip } from './torch-zip'
import type { CheckpointValue } from './value'
import { looksLikeZip, readZip } from './zip'

/**
 * Reads a checkpoint of any kind, known by its content: torch's zip and legacy files, safetensors, and a zip around
 * one such file, as the official EfficientSAM-S is published.
 *
 * @param file - the name to give in errors
 * @throws AppError UNSAFE_PICKLE for what would run code, CORRUPT_FILE for damage, NOT_A_CHECKPOINT for the rest
 */
export function readCheckpointFile(bytes: Uint8Array, file: string): CheckpointValue {
  const inner = unwrapCheckpoint(bytes, file)
  if (looksLikeZip(inner)) return readTorchZip(readZip(inner, file), { file, fileBytes: inner.length })
  if (looksLikeSafetensors(inner)) return new Map(readSafetensors(inner, file).tensors)
  if (inner[0] === 0x80) return readTorchLegacy(inner, file)
  throw notACheckpoint(file, 'it is neither a torch checkpoint nor a safetensors file')
}

/** The checkpoint inside a zip that holds nothing else of use; every other file as it is. */
export function unwrapCheckpoint(contents: Uint8Array, file: string): Uint8Array {
  const bytes = plainBytes(contents)
  if (!looksLikeZip(bytes)) return bytes
  const entries = [...readZip(bytes, file).values()].filter(entry => !/^__MACOSX\/|\/$/.test(entry.name))
  const wrapped = entries.filter(entry => /\.(pth?|safetensors)$/i.test(entry.name))
  const isTorch = entries.some(entry => entry.name.endsWith('data.pkl'))
  return isTorch || wrapped.length !== 1 ? bytes : (wrapped[0]?.read() ?? bytes)
}

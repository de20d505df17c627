import type { DecodedFile, FileRole } from '../codecs'
import { readImageFile } from '../codecs'

/** Opens files and keeps the last ones, so that the planes of a volume decode it once. */
export interface FileCache {
  read(file: string, role: FileRole): Promise<DecodedFile>
}

/** @param maxBytes - of decoded values kept; one larger file is still read, and dropped by the next */
export function createFileCache(maxBytes = 2 ** 28): FileCache {
  const kept = new Map<string, DecodedFile>()
  // A damaged volume is not decoded again for each of its planes.
  const failures = new Map<string, unknown>()
  const bytes = (): number => [...kept.values()].reduce((sum, { pixels }) => sum + pixels.data.byteLength, 0)
  const remember =
    (key: string) =>
    (error: unknown): never => {
      failures.set(key, error)
      throw error
    }
  return {
    async read(file, role) {
      const key = `${role} ${file}`
      if (failures.has(key)) throw failures.get(key)
      const decoded = kept.get(key) ?? (await readImageFile(file, role).catch(remember(key)))
      // Last in the map is last used.
      kept.delete(key)
      kept.set(key, decoded)
      for (const oldest of kept.keys()) {
        if (bytes() <= maxBytes || oldest === key) break
        kept.delete(oldest)
      }
      return decoded
    },
  }
}

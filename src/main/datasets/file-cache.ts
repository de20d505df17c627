import type { DecodedFile, FileRole } from '../codecs'
import { openLargeVolume, readImageFile } from '../codecs'
import type { LargePlanes } from './large-planes'
import { largePlanes } from './large-planes'

/** Opens files and keeps the last ones, so that the planes of a volume decode it once. */
export interface FileCache {
  read(file: string, role: FileRole): Promise<DecodedFile>
  /** A volume that is too large to be held as a whole; null for every other file */
  large?(file: string, role: FileRole): Promise<LargePlanes | null>
  /** What it holds outside of memory goes */
  close?(): void
}

/** Large volumes that are open at once; each may have a scratch file */
const mostLarge = 4

/** @param maxBytes - of decoded values kept; one larger file is still read, and dropped by the next */
export function createFileCache(maxBytes = 2 ** 28): FileCache {
  const kept = new Map<string, DecodedFile>()
  const opened = new Map<string, Promise<LargePlanes | null>>()
  const small = new Set<string>()
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
    async large(file, role) {
      const key = `${role} ${file}`
      if (failures.has(key)) throw failures.get(key)
      if (small.has(key)) return null
      const known = opened.get(key) ?? openPlanes(file, role).catch(remember(key))
      // Last in the map is last used.
      opened.delete(key)
      opened.set(key, known)
      const planes = await known
      if (planes === null) {
        opened.delete(key)
        small.add(key)
      }
      while (opened.size > mostLarge) closeOldest(opened)
      return planes
    },
    close() {
      while (opened.size > 0) closeOldest(opened)
    },
  }
}

async function openPlanes(file: string, role: FileRole): Promise<LargePlanes | null> {
  const volume = await openLargeVolume(file, role)
  return volume && largePlanes(volume)
}

function closeOldest(opened: Map<string, Promise<LargePlanes | null>>): void {
  for (const [key, planes] of opened) {
    opened.delete(key)
    void planes.then(one => one?.close()).catch(() => undefined) // what was never open need not be closed
    return
  }
}

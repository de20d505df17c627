import type { DecodedFile, FileRole } from '../codecs'
import type { FileCache, LargePlanes } from '../datasets'
import { createFileCache } from '../datasets'
import { fileStamp } from '../files/file-stamp'

/** Decoded files for a process that runs for days: one that changes meanwhile is read again. */
export class ChangingFiles implements FileCache {
  #cache = createFileCache()
  readonly #stamps = new Map<string, string>()

  async read(file: string, role: FileRole): Promise<DecodedFile> {
    return (await this.#current(file)).read(file, role)
  }

  async large(file: string, role: FileRole): Promise<LargePlanes | null> {
    return (await (await this.#current(file)).large?.(file, role)) ?? null
  }

  async #current(file: string): Promise<FileCache> {
    const stamp = await fileStamp(file)
    const known = this.#stamps.get(file)
    if (known !== undefined && known !== stamp) {
      this.#cache.close?.()
      this.#cache = createFileCache()
      this.#stamps.clear()
    }
    this.#stamps.set(file, stamp)
    return this.#cache
  }
}

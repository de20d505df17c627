import type { DecodedFile, FileRole } from '../codecs'
import type { FileCache } from '../datasets'
import { createFileCache } from '../datasets'
import { fileStamp } from '../files/file-stamp'

/** Decoded files for a process that runs for days: one that changes meanwhile is read again. */
export class ChangingFiles implements FileCache {
  #cache = createFileCache()
  readonly #stamps = new Map<string, string>()

  async read(file: string, role: FileRole): Promise<DecodedFile> {
    const stamp = await fileStamp(file)
    const known = this.#stamps.get(file)
    if (known !== undefined && known !== stamp) {
      this.#cache = createFileCache()
      this.#stamps.clear()
    }
    this.#stamps.set(file, stamp)
    return this.#cache.read(file, role)
  }
}

import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FolderLock } from '../files/folder-lock'
import { lockFolder, lockName } from '../files/folder-lock'
import { makeFolder } from '../files/make-folder'
import { systemCode, writeError } from '../files/write-atomically'

export interface WrittenFile {
  /** Inside the export, with slashes */
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

const unfinished = /^\..+\.[0-9a-f]{12}\.unfinished$/
/** A folder this young has no lock because whoever made it is just locking it. */
const begunMs = 10_000

/** A folder that appears under its name only when everything is in it. */
export class ExportFolder {
  readonly files: WrittenFile[] = []
  readonly #target: string
  readonly #beside: string
  readonly #folders = new Set<string>()
  /** Says to other exports that this one is no leftover */
  #lock: FolderLock | null = null

  private constructor(target: string) {
    this.#target = target
    const key = randomBytes(6).toString('hex')
    this.#beside = join(dirname(target), `.${basename(target)}.${key}.unfinished`)
  }

  /**
   * Begins an export beside its place.
   *
   * @param target - absolute; where it exists, the export gets a number behind its name
   * @throws AppError FOLDER_NOT_WRITABLE, DISK_FULL, NOT_A_FOLDER
   */
  static async begin(target: string): Promise<ExportFolder> {
    const folder = new ExportFolder(target)
    await makeFolder(dirname(target))
    await removeLeftovers(dirname(target))
    try {
      await mkdir(folder.#beside)
      folder.#lock = await lockFolder(folder.#beside)
    } catch (error) {
      await folder.discard()
      throw writeError(error, target)
    }
    return folder
  }

  /** @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE */
  async write(path: string, contents: Uint8Array | string): Promise<void> {
    const bytes = typeof contents === 'string' ? Buffer.from(contents) : contents
    const file = join(this.#beside, path)
    try {
      if (!this.#folders.has(dirname(file))) await mkdir(dirname(file), { recursive: true })
      this.#folders.add(dirname(file))
      await writeFile(file, bytes, { flag: 'wx', flush: true })
    } catch (error) {
      throw writeError(error, join(this.#target, path))
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.files.push({ file: path, bytes: bytes.length, sha256 })
  }

  /** @returns where it lies now: its place, or the first numbered one that is free */
  async finish(): Promise<string> {
    await this.#lock?.release()
    for (let number = 1; ; number++) {
      const place = number === 1 ? this.#target : `${this.#target}-${number}`
      if (await this.#move(place)) return place
    }
  }

  /** Nothing of it is left. After `finish` there is nothing to remove. */
  async discard(): Promise<void> {
    await rm(this.#beside, { recursive: true, force: true })
  }

  async #move(place: string): Promise<boolean> {
    try {
      // Claims the name: a rename alone would take the place of an empty folder, and on some systems of a file.
      await mkdir(place)
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false
      throw writeError(error, place)
    }
    try {
      await rename(this.#beside, place)
      return true
    } catch (error) {
      // Windows renames to no name that is there already.
      if (!['EPERM', 'EEXIST', 'ENOTEMPTY', 'EACCES'].includes(systemCode(error) ?? ''))
        throw writeError(error, place)
      await rm(place, { recursive: true })
      await rename(this.#beside, place)
      return true
    }
  }
}

/** What a process that was killed while it exported has left. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    if (unfinished.test(name) && (await isLeftover(path))) await rm(path, { recursive: true, force: true })
  }
}

async function isLeftover(folder: string): Promise<boolean> {
  const [own, lock] = await Promise.all(
    [folder, join(folder, lockName)].map(path => stat(path).catch(() => null)),
  )
  if (!own || (!lock && Date.now() - own.mtimeMs < begunMs)) return false
  // Taken where its holder is gone; then it goes with its folder.
  return lockFolder(folder).then(
    () => true,
    () => false,
  )
}

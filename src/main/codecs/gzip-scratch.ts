import { randomBytes } from 'node:crypto'
import { closeSync, createReadStream, mkdirSync, openSync, read, rmSync, write } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { AppError, isAppError } from '../../shared/errors'
import { userDataFolder } from '../files/model-folders'
import { writeError } from '../files/write-atomically'

const readAt = promisify(read)
const writeAt = promisify(write)

/** Bytes that some writers leave behind the values are tolerated up to this length. */
const tolerated = 2 ** 20

const chunkBytes = 2 ** 20

/** So much is decompressed beyond what was asked for; the rest when it is, so that the first slice need not share the cores */
const aheadBytes = 2 ** 25

interface Waiting {
  readonly until: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Closes what nobody has closed. */
const forgotten = new FinalizationRegistry<number>(descriptor => {
  closeSync(descriptor)
})

/**
 * The decompressed bytes of a file, in a scratch file in the user's folder that has no name: it goes with the process,
 * however that ends. What comes first can be read while the rest is still being decompressed.
 */
export class GzipScratch {
  readonly #file: string
  readonly #length: number
  readonly #descriptor: number
  readonly #stopping = new AbortController()
  readonly #filled: Promise<void>
  #waiting: Waiting[] = []
  #position = 0
  #wanted = 0
  #goOn: () => void = () => undefined
  #isClosed = false

  /**
   * @param length - bytes that are needed; what decompresses to much more is refused
   * @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE
   */
  constructor(file: string, length: number) {
    this.#file = file
    this.#length = length
    this.#descriptor = openNameless()
    forgotten.register(this, this.#descriptor, this)
    this.#filled = this.#fill()
    this.#filled.catch((error: unknown) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    })
  }

  /** @throws AppError CORRUPT_FILE, DISK_FULL */
  async read(position: number, length: number): Promise<Uint8Array> {
    this.#want(position + length)
    if (this.#position < position + length) await this.#reached(position + length)
    const bytes = new Uint8Array(length)
    await readAt(this.#descriptor, bytes, 0, length, position)
    return bytes
  }

  /** Until all is decompressed and the checksum has agreed. @throws AppError CORRUPT_FILE, DISK_FULL */
  check(): Promise<void> {
    this.#want(Infinity)
    return this.#filled
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#goOn()
    this.#stopping.abort()
    forgotten.unregister(this)
    // What is being written or read just now ends first.
    void this.#filled
      .catch(() => undefined)
      .then(() => setTimeout(() => closeSync(this.#descriptor), 1000).unref())
  }

  #want(until: number): void {
    this.#wanted = Math.max(this.#wanted, until)
    this.#goOn()
  }

  async #reached(until: number): Promise<void> {
    await Promise.race([
      this.#filled,
      new Promise<void>((resolve, reject) => this.#waiting.push({ until, resolve, reject })),
    ])
  }

  async #fill(): Promise<void> {
    const source = createReadStream(this.#file, { highWaterMark: chunkBytes })
    const target = new Writable({
      highWaterMark: 2 * chunkBytes,
      write: (chunk: Buffer, _, done) => {
        this.#append(chunk).then(() => done(), done)
      },
    })
    try {
      await pipeline(source, createGunzip({ chunkSize: chunkBytes }), target, {
        signal: this.#stopping.signal,
      })
    } catch (cause) {
      throw this.#sentence(cause)
    }
    if (this.#position < this.#length)
      throw new AppError('CORRUPT_FILE', { file: this.#file, reason: 'its data ends too early' })
  }

  async #append(chunk: Buffer): Promise<void> {
    if (this.#position + chunk.length > this.#length + tolerated) {
      const reason = 'it decompresses to more than its header declares'
      throw new AppError('CORRUPT_FILE', { file: this.#file, reason })
    }
    for (let at = 0; at < chunk.length;) {
      const { bytesWritten } = await writeAt(
        this.#descriptor,
        chunk,
        at,
        chunk.length - at,
        this.#position + at,
      )
      at += bytesWritten
    }
    this.#position += chunk.length
    const isReached = ({ until }: Waiting): boolean => until <= this.#position
    const reached = this.#waiting.filter(isReached)
    this.#waiting = this.#waiting.filter(one => !isReached(one))
    for (const { resolve } of reached) resolve()
    while (this.#position > this.#wanted + aheadBytes && !this.#isClosed)
      await new Promise<void>(resolve => (this.#goOn = resolve))
  }

  #sentence(cause: unknown): unknown {
    if (isAppError(cause)) return cause
    const written = writeError(cause, scratchFolder())
    if (isAppError(written)) return written
    const reason = 'its compressed data is broken'
    return new AppError('CORRUPT_FILE', { file: this.#file, reason }, { cause })
  }
}

const scratchFolder = (): string => join(userDataFolder(process.env), 'scratch')

function openNameless(): number {
  const folder = scratchFolder()
  const file = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
  try {
    mkdirSync(folder, { recursive: true })
    const descriptor = openSync(file, 'wx+', 0o600)
    rmSync(file, { force: true })
    return descriptor
  } catch (error) {
    throw writeError(error, file)
  }
}

import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { log } from '../log'
import { writeAtomically } from './write-atomically'

/** Lines of about 130 bytes; the oldest go first. */
const mostLines = 200_000
const line = /^([0-9a-f]{64}) ([0-9a-f]{64})$/

/**
 * Digests of slices' pixels by where they lie, kept for the next start: then nobody has to read a file to know whether
 * its slices are encoded. Places are hashed, because names of files may be those of patients. Several processes may
 * append to the same file; a damaged line counts as absent.
 */
export class PixelDigests {
  readonly #file: string
  /** By the digest of the place; null until the file was read */
  #known: Promise<Map<string, string>> | null = null
  #isKept = true

  constructor(file: string) {
    this.#file = file
  }

  /** @param place - names the file, its stamp, and the plane. @returns hexadecimal */
  async get(place: string): Promise<string | undefined> {
    return (await this.#read()).get(hashed(place))
  }

  /** @param digest - hexadecimal, of 32 bytes */
  async put(place: string, digest: string): Promise<void> {
    const [known, key] = [await this.#read(), hashed(place)]
    if (known.get(key) === digest) return
    known.set(key, digest)
    if (!this.#isKept) return
    try {
      await mkdir(dirname(this.#file), { recursive: true })
      await appendFile(this.#file, `${key} ${digest}\n`)
    } catch (error) {
      // Then the next start reads the pixels again.
      this.#isKept = false
      log.warn({ err: error }, 'Digests of pixels are not kept')
    }
  }

  #read(): Promise<Map<string, string>> {
    this.#known ??= this.#load()
    return this.#known
  }

  async #load(): Promise<Map<string, string>> {
    const text = await readFile(this.#file, 'latin1').catch(() => '') // none yet, or not readable: made anew
    const lines = text.split('\n').filter(one => line.test(one))
    const kept = lines.slice(-mostLines)
    if (lines.length > 2 * mostLines) {
      const bytes = new TextEncoder().encode(kept.map(one => `${one}\n`).join(''))
      await writeAtomically(this.#file, bytes).catch(() => undefined) // it only stays long
    }
    return new Map(kept.map(one => [one.slice(0, 64), one.slice(65)]))
  }
}

const hashed = (place: string): string => createHash('sha256').update(place).digest('hex')

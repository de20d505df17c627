import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { Embedding } from '../../core/models/segmenter'
import { float32 } from '../../core/tensor/tensor'
import { removeUnfinished, writeAtomically, writeError } from './write-atomically'

const ending = '.embedding'
const magic = new TextEncoder().encode('SliceTune embedding 1\n')
const digestBytes = 32

const Header = z.object({
  shape: z.array(z.int().positive()).length(4),
  geometry: z.object({
    height: z.int().positive(),
    width: z.int().positive(),
    resolution: z.int().positive(),
    fit: z.enum(['stretch', 'pad']),
    fittedHeight: z.int().positive(),
    fittedWidth: z.int().positive(),
  }),
})

/**
 * Embeddings on disk, one file each, named by their key. When there are too many, those go that were not used for longest.
 * A file that is damaged counts as absent. Several processes may share the folder: each counts what it sees.
 */
export class EmbeddingStore {
  readonly #folder: string
  #limitBytes: number
  /** Bytes by key, the least recently used first; null until the folder was read */
  #sizes: Promise<Map<string, number>> | null = null
  #work: Promise<unknown> = Promise.resolve()

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder
    this.#limitBytes = limitBytes
  }

  async has(key: string): Promise<boolean> {
    return (await this.#known()).has(key)
  }

  /** @returns null where there is none, or a damaged one */
  async get(key: string): Promise<Embedding | null> {
    const sizes = await this.#known()
    const bytes = await readFile(this.#file(key)).catch(() => null) // whatever is wrong with it, it is made anew
    const embedding = bytes && unpacked(bytes)
    if (!embedding) {
      if (sizes.delete(key)) await rm(this.#file(key), { force: true }).catch(() => undefined)
      return null
    }
    if (!sizes.has(key)) sizes.set(key, bytes.length)
    await this.touch(key)
    return embedding
  }

  /** Marks it as just used. */
  async touch(key: string): Promise<void> {
    const sizes = await this.#known()
    const size = sizes.get(key)
    if (size === undefined) return
    sizes.delete(key)
    sizes.set(key, size)
    const now = new Date()
    await utimes(this.#file(key), now, now).catch(() => undefined) // only an order of throwing away
  }

  /** @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE */
  put(key: string, embedding: Embedding): Promise<void> {
    return this.#inTurn(async () => {
      const sizes = await this.#known()
      const bytes = packed(embedding)
      if (bytes.length > this.#limitBytes) return
      await this.#shrink(this.#limitBytes - bytes.length)
      await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
        throw writeError(error, this.#folder)
      })
      await writeAtomically(this.#file(key), bytes)
      sizes.delete(key)
      sizes.set(key, bytes.length)
    })
  }

  async bytes(): Promise<number> {
    return sum(await this.#known())
  }

  clear(): Promise<void> {
    return this.#inTurn(() => this.#shrink(0))
  }

  setLimit(bytes: number): Promise<void> {
    this.#limitBytes = bytes
    return this.#inTurn(() => this.#shrink(bytes))
  }

  /** One after the other: two at once would throw away twice as much as they need. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined) // whoever asked is told
    return done
  }

  async #shrink(limit: number): Promise<void> {
    const sizes = await this.#known()
    let bytes = sum(sizes)
    for (const [key, size] of sizes) {
      if (bytes <= limit) return
      await rm(this.#file(key), { force: true }).catch((error: unknown) => {
        throw writeError(error, this.#file(key))
      })
      sizes.delete(key)
      bytes -= size
    }
  }

  #known(): Promise<Map<string, number>> {
    this.#sizes ??= this.#readFolder()
    return this.#sizes
  }

  async #readFolder(): Promise<Map<string, number>> {
    // What another process is just writing may go with it: then that is only not kept.
    await removeUnfinished(this.#folder).catch(() => undefined)
    const names = (await readdir(this.#folder).catch(() => [])).filter(name => name.endsWith(ending))
    const files = await Promise.all(
      names.map(async name => {
        const found = await stat(join(this.#folder, name)).catch(() => null) // gone meanwhile
        return found && { key: name.slice(0, -ending.length), size: found.size, usedAt: found.mtimeMs }
      }),
    )
    const there = files.filter(file => file !== null).sort((a, b) => a.usedAt - b.usedAt)
    return new Map(there.map(({ key, size }) => [key, size]))
  }

  #file(key: string): string {
    return join(this.#folder, key + ending)
  }
}

function sum(sizes: ReadonlyMap<string, number>): number {
  let bytes = 0
  for (const size of sizes.values()) bytes += size
  return bytes
}

/** magic, length of the header (uint32, little endian), header as JSON, values, SHA-256 of all before. */
function packed({ geometry, features }: Embedding): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify({ shape: features.shape, geometry }))
  const length = new Uint8Array(new Uint32Array([header.length]).buffer)
  const { buffer, byteOffset, byteLength } = features.data
  const body = Buffer.concat([magic, length, header, new Uint8Array(buffer, byteOffset, byteLength)])
  return Buffer.concat([body, digestOf(body)])
}

/** null: cut short, changed, or of another version */
function unpacked(bytes: Uint8Array): Embedding | null {
  const body = bytes.subarray(0, Math.max(0, bytes.length - digestBytes))
  const start = magic.length + 4
  if (body.length < start || !Buffer.from(digestOf(body)).equals(bytes.subarray(body.length))) return null
  if (!magic.every((byte, index) => body[index] === byte)) return null
  const headerEnd = start + new DataView(body.buffer, body.byteOffset).getUint32(magic.length, true)
  const header = Header.safeParse(parsed(body.subarray(start, headerEnd)))
  if (!header.success) return null
  const { shape, geometry } = header.data
  const values = body.slice(headerEnd)
  const size = shape.reduce((product, side) => product * side, 1)
  if (values.length !== size * Float32Array.BYTES_PER_ELEMENT) return null
  // A Buffer's own slice() would be a view, which may not be aligned.
  return { geometry, features: float32(shape, new Float32Array(new Uint8Array(values).buffer)) }
}

function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json))
  } catch {
    return null
  }
}

const digestOf = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest()

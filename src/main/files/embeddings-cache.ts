import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Tensor } from '../../core/tensor/tensor'
import { float32 } from '../../core/tensor/tensor'
import { writeAtomically, writeError } from './write-atomically'

/** Image embeddings of a frozen encoder: the most recent ones in memory, the others on disk. */
export class EmbeddingsCache {
  readonly #folder: string
  readonly #maxBytes: number
  readonly #memory = new Map<string, Tensor<'float32'>>()
  readonly #files = new Map<string, { file: string; shape: readonly number[] }>()
  #bytes = 0
  /** The last one asked for; never rejects */
  #spilling: Promise<void> = Promise.resolve()

  /** @param maxBytes - kept in memory; what does not fit goes to files in `folder` */
  constructor(folder: string, maxBytes = 2 ** 29) {
    this.#folder = folder
    this.#maxBytes = maxBytes
  }

  /** The embedding of `key`, made at its first use. */
  async get(key: string, make: () => Promise<Tensor<'float32'>>): Promise<Tensor<'float32'>> {
    const kept = this.#memory.get(key)
    if (kept) {
      this.#keep(key, kept)
      return kept
    }
    const stored = this.#files.get(key)
    const tensor = stored ? await readStored(stored) : await make()
    this.#keep(key, tensor)
    // One after the other: two at once would count what they free twice, and could write to one file.
    const spilled = this.#spilling.then(() => this.#spill())
    this.#spilling = spilled.catch(() => undefined) // whoever asked is told below
    await spilled
    return tensor
  }

  async dispose(): Promise<void> {
    this.#memory.clear()
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Puts it last, where the most recently used stand. */
  #keep(key: string, tensor: Tensor<'float32'>): void {
    if (this.#memory.delete(key)) this.#bytes -= tensor.data.byteLength
    this.#memory.set(key, tensor)
    this.#bytes += tensor.data.byteLength
  }

  async #spill(): Promise<void> {
    for (const [key, tensor] of this.#memory) {
      if (this.#bytes <= this.#maxBytes || this.#memory.size === 1) return
      if (!this.#files.has(key)) {
        await mkdir(this.#folder, { recursive: true }).catch((error: unknown) => {
          throw writeError(error, this.#folder)
        })
        const file = join(this.#folder, `${this.#files.size}.f32`)
        const { buffer, byteOffset, byteLength } = tensor.data
        await writeAtomically(file, new Uint8Array(buffer, byteOffset, byteLength))
        this.#files.set(key, { file, shape: tensor.shape })
      }
      this.#memory.delete(key)
      this.#bytes -= tensor.data.byteLength
    }
  }
}

async function readStored({
  file,
  shape,
}: {
  file: string
  shape: readonly number[]
}): Promise<Tensor<'float32'>> {
  const bytes = new Uint8Array(await readFile(file))
  return float32(shape, new Float32Array(bytes.buffer))
}

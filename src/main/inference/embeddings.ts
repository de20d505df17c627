import { createHash } from 'node:crypto'
import type { Embedding } from '../../core/models/segmenter'
import type { Tensor } from '../../core/tensor/tensor'
import type { FileCache } from '../datasets'
import { loadImage } from '../datasets'
import type { EmbeddingStore } from '../files/embedding-store'
import { fileStamp } from '../files/file-stamp'
import type { PixelDigests } from '../files/pixel-digests'
import { log } from '../log'
import type { SliceSource } from './inference'
import { ChangingFiles } from './changing-files'
import type { WarmModel } from './warm-models'
import { windowImage } from './window-image'

/**
 * Embeddings of slices: the most recent ones in memory, the others on disk, made where there is none. Their key is what
 * they are made from: the pixels, the window, the encoder's weights and the model's preprocessing.
 */
export class Embeddings {
  readonly #store: EmbeddingStore
  readonly #memoryBytes: number
  readonly #files: FileCache = new ChangingFiles()
  /** The least recently used first */
  readonly #memory = new Map<string, Embedding>()
  #bytes = 0
  readonly #pixels: PixelDigests
  readonly #underWay = new Map<string, Promise<Embedding>>()
  #lastEncoding: Promise<unknown> = Promise.resolve()

  constructor(store: EmbeddingStore, pixels: PixelDigests, memoryBytes: number) {
    this.#store = store
    this.#pixels = pixels
    this.#memoryBytes = memoryBytes
  }

  /** @throws AppError UNUSABLE_SLICE, CORRUPT_FILE and what else reading a file can meet */
  async of(model: WarmModel, source: SliceSource): Promise<Embedding> {
    const key = await this.#key(model, source)
    const kept = this.#memory.get(key)
    if (kept) {
      this.#keep(key, kept)
      return kept
    }
    const underWay = this.#underWay.get(key)
    if (underWay) return underWay
    const made = this.#make(key, model, source).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, made)
    return made
  }

  async has(model: WarmModel, source: SliceSource): Promise<boolean> {
    const key = await this.#key(model, source)
    return this.#memory.has(key) || this.#store.has(key)
  }

  /** Which of them there are for certain; no pixels are read, so that it may be one more. */
  async known(model: WarmModel, sources: readonly SliceSource[]): Promise<boolean[]> {
    // The planes of a volume lie in one file.
    const stamps = new Map<string, Promise<string | null>>()
    const stampOf = (file: string): Promise<string | null> => {
      const stamp = stamps.get(file) ?? fileStamp(file).catch(() => null)
      stamps.set(file, stamp)
      return stamp
    }
    const found: boolean[] = []
    for (const source of sources) {
      const stamp = await stampOf(source.imageFile)
      const pixels = stamp === null ? undefined : await this.#pixels.get(placeOf(source, stamp))
      const key = pixels === undefined ? null : keyOf(model, pixels, source)
      found.push(key !== null && (this.#memory.has(key) || (await this.#store.has(key))))
    }
    return found
  }

  /** Makes sure that there is one, without reading it. */
  async ensure(model: WarmModel, source: SliceSource): Promise<void> {
    const key = await this.#key(model, source)
    if (await this.#store.has(key)) await this.#store.touch(key)
    else await this.of(model, source)
  }

  async clear(): Promise<void> {
    this.#memory.clear()
    this.#bytes = 0
    await this.#store.clear()
  }

  async #make(key: string, model: WarmModel, source: SliceSource): Promise<Embedding> {
    const stored = await this.#store.get(key)
    if (stored) {
      this.#keep(key, stored)
      return stored
    }
    const image = await this.#image(source)
    const seen = source.window ? windowImage(image, source.window) : image
    // One after the other: two at once would only share the cores.
    const encoding = this.#lastEncoding.then(() => model.segmenter.embed(seen))
    this.#lastEncoding = encoding.catch(() => undefined) // whoever asked is told
    const embedding = await encoding
    this.#keep(key, embedding)
    await this.#store
      .put(key, embedding)
      // What cannot be kept is still good for now.
      .catch((error: unknown) => log.warn({ err: error }, 'An embedding was not stored'))
    return embedding
  }

  async #key(model: WarmModel, source: SliceSource): Promise<string> {
    return keyOf(model, await this.#pixelsDigest(source), source)
  }

  async #pixelsDigest(source: SliceSource): Promise<string> {
    const place = placeOf(source, await fileStamp(source.imageFile))
    const known = await this.#pixels.get(place)
    if (known !== undefined) return known
    const { dtype, shape, data } = await this.#image(source)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const digest = digestOf(JSON.stringify([dtype, shape]), bytes)
    await this.#pixels.put(place, digest)
    return digest
  }

  async #image({ imageFile, sliceIndex, axis }: SliceSource): Promise<Tensor> {
    const { image } = await loadImage({ imageFile, sliceIndex, axis, spacingMm: null }, this.#files)
    return image
  }

  /** Puts it last, where the most recently used stand. */
  #keep(key: string, embedding: Embedding): void {
    const bytes = embedding.features.data.byteLength
    if (this.#memory.delete(key)) this.#bytes -= bytes
    this.#memory.set(key, embedding)
    this.#bytes += bytes
    for (const [oldest, { features }] of this.#memory) {
      if (this.#bytes <= this.#memoryBytes || oldest === key) break
      this.#memory.delete(oldest)
      this.#bytes -= features.data.byteLength
    }
  }
}

const placeOf = ({ imageFile, sliceIndex, axis }: SliceSource, stamp: string): string =>
  JSON.stringify([imageFile, stamp, sliceIndex, axis])

const keyOf = ({ encoderKey }: WarmModel, pixels: string, { window }: SliceSource): string =>
  digestOf(encoderKey, pixels, JSON.stringify(window))

function digestOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

import { createHash } from 'node:crypto'
import type { Engine } from '../../core/engine'
import type { Model } from '../../core/models/families'
import { createSegmenter } from '../../core/models/families'
import type { Finder } from '../../core/models/finder/finder'
import type { Segmenter } from '../../core/models/segmenter'
import { fileStamp } from '../files/file-stamp'
import type { ModelFolders } from '../files/model-folders'
import { resolveModel } from '../files/weights'
import { openResolvedModel } from '../models/open-model'
import type { ModelName } from './inference'

export interface WarmModel {
  readonly segmenter: Segmenter
  /** On the segmenter's engine */
  readonly finder: Finder | null
  /** Digest of all that an embedding depends on but the slice: models tuned behind a frozen encoder share it */
  readonly encoderKey: string
}

interface Entry {
  readonly stamp: string
  readonly opened: Promise<WarmModel>
  users: number
  isGivenUp: boolean
}

export interface WarmModelsOptions {
  readonly folders: ModelFolders
  /** Each model has its own, and disposes of it */
  readonly openEngine: () => Engine
  readonly maxOpen?: number
}

/** The last models that were used, kept open; one whose file has changed is opened again. */
export class WarmModels {
  readonly #folders: ModelFolders
  readonly #openEngine: () => Engine
  readonly #maxOpen: number
  /** By file, the least recently used first */
  readonly #entries = new Map<string, Entry>()

  constructor({ folders, openEngine, maxOpen = 3 }: WarmModelsOptions) {
    this.#folders = folders
    this.#openEngine = openEngine
    this.#maxOpen = maxOpen
  }

  /**
   * The model stays open at least until the work is done.
   *
   * @throws AppError as `openModel`
   */
  async use<T>(name: ModelName, work: (model: WarmModel) => Promise<T>): Promise<T> {
    const entry = await this.#entry(name)
    entry.users++
    try {
      return await work(await entry.opened)
    } finally {
      entry.users--
      await disposeUnused(entry)
    }
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(giveUp))
  }

  async #entry(name: ModelName): Promise<Entry> {
    const resolved = await resolveModel(name, this.#folders)
    const stamp = await fileStamp(resolved.file)
    const known = this.#entries.get(resolved.file)
    if (known?.stamp === stamp) {
      this.#entries.delete(resolved.file)
      this.#entries.set(resolved.file, known)
      return known
    }
    const opened = openResolvedModel(resolved, this.#folders).then(({ model, openFinder }): WarmModel => {
      const engine = this.#openEngine()
      const finder = openFinder?.(engine) ?? null
      return { segmenter: createSegmenter(engine, model), finder, encoderKey: encoderKeyOf(model) }
    })
    const entry = { stamp, opened, users: 0, isGivenUp: false }
    this.#entries.set(resolved.file, entry)
    // One that cannot be opened is tried again: its file may be whole by then.
    opened.catch(() => {
      if (this.#entries.get(resolved.file) === entry) this.#entries.delete(resolved.file)
    })
    if (known) await giveUp(known)
    await this.#closeOldest()
    return entry
  }

  async #closeOldest(): Promise<void> {
    for (const [file, entry] of this.#entries) {
      if (this.#entries.size <= this.#maxOpen) return
      this.#entries.delete(file)
      await giveUp(entry)
    }
  }
}

async function giveUp(entry: Entry): Promise<void> {
  entry.isGivenUp = true
  await disposeUnused(entry)
}

async function disposeUnused(entry: Entry): Promise<void> {
  if (!entry.isGivenUp || entry.users > 0) return
  const model = await entry.opened.catch(() => null) // then there is nothing to dispose of
  await model?.segmenter.dispose()
}

function encoderKeyOf({ family, config, parameters, preprocessing }: Model): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([family, config, preprocessing]))
  for (const [name, { data }] of parameters.stateDict()) {
    if (!name.startsWith('image_encoder.')) continue
    hash.update(name)
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

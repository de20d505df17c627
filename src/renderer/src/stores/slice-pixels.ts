import { blobAddress } from '../../../shared/contract/blob-address'
import type { Slice, SliceId } from '../../../shared/domain/slice'
import { samplesOf, type Samples } from '../canvas/samples'

/** A slice with its values: what the stage needs to draw it. */
export interface LoadedSlice {
  readonly slice: Slice
  readonly samples: Samples
}

/** Values of slices that are on the screen or may come next; a 16-bit slice of 2048 x 2048 has 8 MB. */
const limitBytes = 192 * 2 ** 20

/**
 * Slices that were loaded, the least recently used are let go. Pixels never change; what is drawn on them does, so a
 * slice is taken from here only while its revision is the newest.
 */
export class SlicePixels {
  readonly #get: (id: SliceId) => Promise<Slice>
  readonly #loads = new Map<SliceId, Promise<LoadedSlice>>()
  readonly #loaded = new Map<SliceId, LoadedSlice>()
  readonly #project: string

  constructor(project: string, get: (id: SliceId) => Promise<Slice>) {
    this.#project = project
    this.#get = get
  }

  /** What is there already; undefined: it has to be loaded. */
  peek(id: SliceId): LoadedSlice | undefined {
    return this.#loaded.get(id)
  }

  /** @param revision - of the list: an older copy is asked for again, its pixels are kept */
  async load(id: SliceId, revision: number): Promise<LoadedSlice> {
    const known = this.#loaded.get(id)
    if (known !== undefined && known.slice.revision >= revision) return this.#keep(known)
    const running = this.#loads.get(id)
    if (running !== undefined) return running
    const loading = this.#fetch(id, known?.samples)
    this.#loads.set(id, loading)
    try {
      return this.#keep(await loading)
    } finally {
      this.#loads.delete(id)
    }
  }

  /** The newest state of a slice, after an edit. */
  replace(slice: Slice): void {
    const known = this.#loaded.get(slice.id)
    if (known !== undefined) this.#loaded.set(slice.id, { slice, samples: known.samples })
  }

  async #fetch(id: SliceId, samples: Samples | undefined): Promise<LoadedSlice> {
    const bytes = samples === undefined ? fetchBytes(this.#project, id) : null
    // A failed slice says why; its pixels would only say that they are not there.
    bytes?.catch(() => {})
    const slice = await this.#get(id)
    const values = samples ?? samplesOf((await bytes) ?? new ArrayBuffer(0), slice.sampleType)
    return { slice, samples: values }
  }

  #keep(loaded: LoadedSlice): LoadedSlice {
    this.#loaded.delete(loaded.slice.id)
    this.#loaded.set(loaded.slice.id, loaded)
    let bytes = 0
    for (const { samples } of this.#loaded.values()) bytes += samples.byteLength
    for (const [id, { samples }] of this.#loaded) {
      if (bytes <= limitBytes || id === loaded.slice.id) break
      this.#loaded.delete(id)
      bytes -= samples.byteLength
    }
    return loaded
  }
}

async function fetchBytes(project: string, id: SliceId): Promise<ArrayBuffer> {
  const response = await fetch(blobAddress({ kind: 'pixels', project, id: String(id) }))
  if (!response.ok) throw new Error(`Pixels of slice ${id}: ${response.status}`)
  return response.arrayBuffer()
}

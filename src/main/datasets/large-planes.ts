import { bytesPerElement } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { AboutFile, LargeVolume } from '../codecs'
import { planeCount, planeOf } from './plane'
import type { SliceAxis } from './records'

/** A large volume cut along any axis, with the planes that were asked for last. */
export interface LargePlanes {
  readonly about: AboutFile
  /** Stored values, [height, width] as `planeOf` gives them. @throws AppError what fetching a plane can meet */
  plane(axis: SliceAxis, index: number): Promise<Tensor>
  /** @see LargeVolume */
  check(): Promise<void>
  close(): void
}

/** Of values kept */
const keptBytes = 2 ** 26

/** Cross planes are gathered side by side: each needs all stored planes to be read once. */
const gatheredPlanes = 16

export function largePlanes(volume: LargeVolume): LargePlanes {
  const { about } = volume
  const kept = new Map<string, Promise<Tensor>>()
  const [, rows = 0, columns = 0] = about.shape
  const most = Math.max(
    2 * gatheredPlanes,
    Math.floor(keptBytes / (rows * columns * bytesPerElement(about.dtype))),
  )
  const keep = (key: string, plane: Promise<Tensor>): void => {
    // Last in the map is last used.
    kept.delete(key)
    kept.set(key, plane)
    // What could not be read is tried again when it is asked for again.
    plane.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break
      kept.delete(oldest)
    }
  }
  return {
    about,
    plane: (axis, index) => {
      const key = `${axis} ${index}`
      const known = kept.get(key)
      if (known) keep(key, known)
      else if (axis === 2) keep(key, volume.plane(index))
      else {
        const first = index - (index % gatheredPlanes)
        const count = Math.min(gatheredPlanes, planeCount(about.shape, axis) - first)
        const gathered = gather(volume, axis, { first, count })
        for (let at = 0; at < count; at++)
          keep(
            `${axis} ${first + at}`,
            gathered.then(slab => planeOf(slab, axis, at)),
          )
      }
      return kept.get(key) ?? volume.plane(index)
    },
    check: () => volume.check(),
    close: () => volume.close(),
  }
}

interface Slab {
  readonly first: number
  readonly count: number
}

/** Part of a volume, all along z: rows or columns `first` and those that follow. */
async function gather(volume: LargeVolume, axis: 0 | 1, { first, count }: Slab): Promise<Tensor> {
  const [depth = 0, rows = 0, columns = 0] = volume.about.shape
  const [slabRows, slabColumns] = axis === 1 ? [count, columns] : [rows, count]
  const size = slabRows * slabColumns
  let slab: Tensor | null = null
  for (let z = 0; z < depth; z++) {
    const { dtype, data } = await volume.plane(z)
    slab ??= tensor(dtype, [depth, slabRows, slabColumns], emptyLike(data, depth * size))
    for (let y = 0; y < slabRows; y++) {
      const from = axis === 1 ? (first + y) * columns : y * columns + first
      // Both have the type of the volume.
      ;(slab.data as Float64Array).set(
        data.subarray(from, from + slabColumns) as Float64Array,
        z * size + y * slabColumns,
      )
    }
  }
  if (!slab) throw new RangeError('a volume without planes')
  return slab
}

const emptyLike = (data: Tensor['data'], length: number): Tensor['data'] =>
  new (data.constructor as new (length: number) => Tensor['data'])(length)

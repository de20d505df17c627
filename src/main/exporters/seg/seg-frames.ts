import type { RunLengths } from '../../../shared/masks/rle'
import type { ExportLabel, ExportSlice, ExportWorld } from '../exporter'

/** One plane of one segment that has something on it. */
export interface SegFrame {
  readonly label: ExportLabel
  /** Of the source, from 0 */
  readonly plane: number
  readonly masks: readonly RunLengths[]
}

export interface Segment {
  readonly label: ExportLabel
  /** IDs of the models that drew any of it; empty: a person did all */
  readonly models: readonly string[]
}

export interface SegContent {
  readonly segments: readonly Segment[]
  /** By segment, then by plane */
  readonly frames: readonly SegFrame[]
}

/** The objects of slices, by label and plane; objects of one label on one plane are one mask. */
export function segContent(world: ExportWorld, slices: readonly ExportSlice[]): SegContent {
  const planes = slices.map(slice => ({ plane: slice.plane ?? 0, objects: world.objectsOf(slice) }))
  planes.sort((a, b) => a.plane - b.plane)
  const segments: Segment[] = []
  const frames: SegFrame[] = []
  for (const label of world.labels) {
    const own = planes.map(({ plane, objects }) => ({
      plane,
      objects: objects.filter(({ labelId, areaPx }) => labelId === label.id && areaPx > 0),
    }))
    const drawn = own.filter(({ objects }) => objects.length > 0)
    if (drawn.length === 0) continue
    const models = drawn.flatMap(({ objects }) =>
      objects.flatMap(({ model }) => (model === null ? [] : [model])),
    )
    segments.push({ label, models: [...new Set(models)].sort() })
    frames.push(
      ...drawn.map(({ plane, objects }) => ({ label, plane, masks: objects.map(({ runs }) => runs) })),
    )
  }
  return { segments, frames }
}

/**
 * Pixels of all frames, one after the other without a gap, eight a byte, the first in the lowest bit (PS3.5 8.1.1), padded to
 * an even length.
 *
 * @param size - pixels of a frame
 */
export function packBits(frames: readonly SegFrame[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 * Math.ceil((frames.length * size) / 16))
  frames.forEach(({ masks }, index) => {
    for (const runs of masks) setRuns(bytes, runs, index * size)
  })
  return bytes
}

function setRuns(bytes: Uint8Array, runs: RunLengths, start: number): void {
  let at = start
  runs.forEach((run, index) => {
    if (index % 2 === 1) {
      // at + run lies within the frame, and so within the bytes.
      for (let bit = at; bit < at + run; bit++) bytes[bit >> 3]! |= 1 << (bit & 7)
    }
    at += run
  })
}

/** Whether any pixel of a plane belongs to two segments. */
export function segmentsOverlap(frames: readonly SegFrame[], size: number): boolean {
  const planes = new Set(frames.map(({ plane }) => plane))
  return [...planes].some(plane => {
    const own = frames.filter(frame => frame.plane === plane)
    if (own.length < 2) return false
    const taken = new Uint8Array(2 * Math.ceil(size / 16))
    return own.some(frame => {
      const bits = packBits([frame], size)
      const meets = bits.some((byte, at) => (byte & (taken[at] ?? 0)) !== 0)
      bits.forEach((byte, at) => (taken[at] = (taken[at] ?? 0) | byte))
      return meets
    })
  })
}

import type { Annotation, AnnotationDraft } from '../../shared/domain/annotation'
import type { VoxelMask } from '../../shared/domain/cross-plane'
import { decodeRuns, encodeRuns } from '../../shared/masks/rle'
import type { ProjectStore, StoredSlice } from '../database/project-store'
import type { CrossedSlices } from './crossed-slices'
import { measured } from './edit-slice'

export interface VoxelLine {
  readonly mask: VoxelMask
  /** On the cross plane */
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** Who drew what is new */
  readonly source: Pick<AnnotationDraft, 'origin' | 'model'>
}

/**
 * Writes one line of a cross plane's mask into a slice. Voxels that go leave every object of the label; new ones join an
 * object of the label that they touch, and make one of their own where there is none. Within `ProjectSession.act`.
 */
export function writeVoxels(
  store: ProjectStore,
  slice: StoredSlice,
  { inSlice, inPlane }: CrossedSlices,
  { mask, before, after, source }: VoxelLine,
): void {
  const { start, step } = inPlane(slice.plane ?? 0)
  const added: number[] = []
  const gone: number[] = []
  for (let at = 0; at < inSlice.length; at++) {
    const pixel = start + at * step
    if (before[pixel] === after[pixel]) continue
    const list = after[pixel] === 1 ? added : gone
    list.push(inSlice.start + at * inSlice.step)
  }
  if (gone.length > 0) removePixels(store, slice, mask, gone)
  if (added.length > 0) addPixels(store, slice, { mask, source }, added)
}

/** In [height, width] of the slice. */
interface Drawn {
  readonly annotation: Annotation
  readonly pixels: Uint8Array
}

function drawnOn(store: ProjectStore, slice: StoredSlice, { labelId, status }: VoxelMask): Drawn[] {
  return store.annotations
    .ofSlice(slice.id)
    .filter(one => one.labelId === labelId && one.status === status)
    .map(annotation => ({ annotation, pixels: decodeRuns(annotation.runs, slice.width * slice.height) }))
}

function removePixels(
  store: ProjectStore,
  slice: StoredSlice,
  mask: VoxelMask,
  gone: readonly number[],
): void {
  for (const { annotation, pixels } of drawnOn(store, slice, mask)) {
    if (!gone.some(pixel => pixels[pixel] === 1)) continue
    for (const pixel of gone) pixels[pixel] = 0
    if (pixels.includes(1)) putPixels(store, slice, annotation, pixels)
    else store.annotations.remove(annotation.id)
  }
}

function addPixels(
  store: ProjectStore,
  slice: StoredSlice,
  { mask, source }: Pick<VoxelLine, 'mask' | 'source'>,
  added: readonly number[],
): void {
  const { width, height } = slice
  const touched = drawnOn(store, slice, mask).find(({ pixels }) =>
    added.some(pixel => touches(pixels, pixel, width)),
  )
  const pixels = touched?.pixels ?? new Uint8Array(width * height)
  for (const pixel of added) pixels[pixel] = 1
  putPixels(store, slice, touched?.annotation ?? { id: null, ...mask, ...source }, pixels)
}

function touches(pixels: Uint8Array, pixel: number, width: number): boolean {
  const isSet = (at: number): boolean => pixels[at] === 1
  const column = pixel % width
  return (
    isSet(pixel) ||
    isSet(pixel - width) ||
    isSet(pixel + width) ||
    (column > 0 && isSet(pixel - 1)) ||
    (column < width - 1 && isSet(pixel + 1))
  )
}

/** Its prompt no longer says what it looks like. */
function putPixels(
  store: ProjectStore,
  slice: StoredSlice,
  {
    id,
    labelId,
    status,
    origin,
    model,
  }: Pick<AnnotationDraft, 'id' | 'labelId' | 'status' | 'origin' | 'model'>,
  pixels: Uint8Array,
): void {
  const draft = {
    id,
    labelId,
    status,
    origin,
    model,
    runs: encodeRuns(pixels),
    prompt: null,
    predictedIou: null,
  }
  store.annotations.put(slice.id, measured(draft, slice))
}

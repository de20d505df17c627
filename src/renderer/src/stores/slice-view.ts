import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { crossPlaneId, crossPlaneOf } from '../../../shared/domain/cross-plane'
import type { Slice, SliceId } from '../../../shared/domain/slice'
import type { WindowLevel } from '../../../shared/domain/window-level'
import { client } from '../api/client'
import { errorText, type ErrorText } from '../composables/error-text'
import type { Samples } from '../canvas/samples'
import { pixelShapeOf, type Position, type Viewport } from '../canvas/viewport'
import { useEncodingStore } from './encoding'
import { reportError } from './notices'
import { useProjectStore } from './project'
import { useSavingStore } from './saving'
import { SlicePixels, type LoadedSlice } from './slice-pixels'

/** How many slices on each side are loaded beforehand. */
const ahead = 2
/** Time for the answer to an edit to arrive before the slice is asked for again. */
const settleMs = 60

/** A hand that rests for so long has arrived; before, encoding would only take the time of reading. */
const restMs = 150

const nextFrame = (): Promise<unknown> => new Promise(resolve => requestAnimationFrame(resolve))

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** The slice on the stage: which one, its values, and how it is looked at. */
export const useSliceViewStore = defineStore('slice-view', () => {
  const project = useProjectStore()
  const encoding = useEncodingStore()
  const saving = useSavingStore()
  const wantedId = shallowRef<SliceId | null>(null)
  const slice = shallowRef<Slice | null>(null)
  const samples = shallowRef<Samples | null>(null)
  const problem = shallowRef<ErrorText | null>(null)
  const isLoading = shallowRef(false)
  /** While W is dragged: not stored yet */
  const draftWindow = shallowRef<WindowLevel | null>(null)
  const viewport = shallowRef<Viewport>({ scale: 1, pixelShape: { x: 1, y: 1 }, x: 0, y: 0 })
  /** Counts up when the slice should be fitted to the stage again */
  const fits = shallowRef(0)
  /** Pixel under the mouse */
  const pointer = shallowRef<Position | null>(null)
  /** Where the mouse is on the stage, in screen pixels */
  const hand = shallowRef<Position | null>(null)
  let fitted = ''
  /** While steps are taken faster than slices arrive: what arrives is shown, and then the newest wish is loaded */
  let isWalking = false
  let pixels: { readonly project: string; readonly store: SlicePixels } | null = null

  const window = computed<WindowLevel | null>(before => {
    const now = draftWindow.value ?? slice.value?.window ?? slice.value?.autoWindow ?? null
    const isSame = now !== null && now.centre === before?.centre && now.width === before.width
    return isSame ? before : now
  })
  /** Whether it lies across the stored slices of its volume */
  const isCross = computed(() => slice.value !== null && crossPlaneOf(slice.value.id) !== null)
  const series = computed(
    () => project.project?.series.find(({ id }) => id === slice.value?.seriesId) ?? null,
  )

  function store(): SlicePixels {
    const open = project.openId()
    if (pixels?.project !== open) {
      pixels = {
        project: open,
        store: new SlicePixels(open, id => client.slices.get({ project: open, slice: id })),
      }
    }
    return pixels.store
  }

  /** It may have changed over a wait. */
  const wanted = (): SliceId | null => wantedId.value

  /** Shows a slice. Until it is there, there is none: what is done meanwhile must not be done to the one before. */
  async function open(id: SliceId, least = project.revisionOf(id)): Promise<void> {
    wantedId.value = id
    problem.value = null
    draftWindow.value = null
    const isKnown = slice.value?.id === id || store().peek(id) !== undefined
    isLoading.value = !isKnown
    if (!isKnown) slice.value = samples.value = null
    try {
      const loaded = await store().load(id, least)
      // On a walk others are wanted already, and this one is seen on the way.
      const now = wanted()
      if (now !== id && (!isWalking || now === null)) return
      samples.value = loaded.samples
      slice.value = loaded.slice
      fitOther(loaded.slice)
      if (isWalking) setTimeout(() => wantedId.value === id && attend(id), restMs)
      else attend(id)
      prefetch(id)
    } catch (error) {
      if (wantedId.value !== id) return
      slice.value = null
      samples.value = null
      problem.value = errorText(error)
    } finally {
      if (wantedId.value === id) isLoading.value = false
    }
  }

  /** Only an order of work: what cannot be encoded says so when it is asked. */
  function attend(id: SliceId): void {
    void encoding.focus(id).catch(() => {})
  }

  /** Slices of one size keep zoom and place, so that a volume can be looked through. */
  function fitOther({ width, height, spacingMm }: Slice): void {
    const { x, y } = pixelShapeOf(spacingMm)
    const kind = [width, height, x, y].join(' ')
    if (kind !== fitted) fits.value++
    fitted = kind
  }

  /** Neighbours, so that going on is immediate. What goes wrong is said when they are opened. */
  function prefetch(id: SliceId): void {
    for (let distance = 1; distance <= ahead; distance++) {
      for (const neighbour of [neighbourOf(id, distance), neighbourOf(id, -distance)]) {
        if (neighbour !== null) void look(neighbour).catch(() => {})
      }
    }
  }

  /** In the list, or along the axis of a cross plane; the last one where there are no more. */
  function neighbourOf(id: SliceId, by: number): SliceId | null {
    const cross = crossPlaneOf(id)
    if (cross !== null) {
      const last = (slice.value?.volume?.sizes[cross.axis] ?? 1) - 1
      return crossPlaneId({ ...cross, index: Math.min(last, Math.max(0, cross.index + by)) })
    }
    const list = project.sliceList
    const at = list.findIndex(other => other.id === id)
    return list[Math.min(list.length - 1, Math.max(0, at + by))]?.id ?? null
  }

  /** Goes on in the list. @returns false at its end */
  function step(by: number): boolean {
    const next = wantedId.value === null ? null : neighbourOf(wantedId.value, by)
    if (next === null || next === wantedId.value) return false
    if (isWalking) wantedId.value = next
    else void walk(next)
    return true
  }

  /** Opens a slice, and then the one that is wanted by the time when it is there. */
  async function walk(first: SliceId): Promise<void> {
    isWalking = true
    try {
      for (let next: SliceId | null = first; next !== null;) {
        const id: SliceId = next
        await open(id)
        // The page has to draw it, too.
        if (wantedId.value !== id) await nextFrame()
        next = wantedId.value === id ? null : wantedId.value
      }
    } finally {
      isWalking = false
    }
  }

  /** A slice with its values that is not on the stage, as new as the list knows it. */
  function look(id: SliceId): Promise<LoadedSlice> {
    return store().load(id, project.revisionOf(id))
  }

  /** Previous or next picture or volume, at its middle plane. */
  function stepSeries(by: 1 | -1): boolean {
    const all = project.project?.series ?? []
    const at = all.findIndex(({ id }) => id === slice.value?.seriesId)
    const next = all[at + by]
    if (next === undefined) return false
    const planes = project.sliceList.filter(({ seriesId }) => seriesId === next.id)
    const middle = planes[Math.floor(planes.length / 2)]
    if (middle !== undefined) void open(middle.id)
    return middle !== undefined
  }

  /** Size and the like of a slice that is not on the stage. */
  async function describe(id: SliceId): Promise<Slice> {
    return (await look(id)).slice
  }

  /** The newest state of a slice, after an edit. */
  function replace(changed: Slice): void {
    if (pixels !== null) pixels.store.replace(changed)
    if (slice.value?.id === changed.id) slice.value = changed
  }

  /** null: automatic. */
  async function setWindow(chosen: WindowLevel | null): Promise<void> {
    const shown = slice.value
    if (shown === null) return
    draftWindow.value = chosen ?? shown.autoWindow
    try {
      replace((await project.edit(shown.id, { action: 'window', window: chosen })).slice)
    } finally {
      draftWindow.value = null
    }
  }

  /** W and drag: width and centre follow the hand, a tenth of the automatic width for 40 screen pixels. */
  function dragWindow(dx: number, dy: number, isFinal: boolean): void {
    const shown = slice.value
    const now = window.value
    if (shown === null || now === null) return
    const step = shown.autoWindow.width / 400
    draftWindow.value = {
      width: Math.max(step, now.width + dx * step),
      centre: now.centre + dy * step,
    }
    if (isFinal) void setWindow(draftWindow.value).catch(reportError)
  }

  /** Loads the slice on the stage again where the list knows of a newer state of it; not while one is being stored. */
  function catchUp(): void {
    const shown = slice.value
    if (shown === null || shown.id !== wantedId.value) return
    if (saving.state === 'saving') setTimeout(catchUp, settleMs)
    else if (project.revisionOf(shown.id) > shown.revision) void open(shown.id)
  }

  // Another tab, undo, review: whoever changed the slice. Edits of this window bring the new state themselves, shortly.
  watch(
    () => (wantedId.value === null ? null : project.revisionOf(wantedId.value)),
    () => setTimeout(catchUp, settleMs),
  )
  watch(
    () => project.undoneSlices,
    undone => {
      const shown = slice.value
      const isOf = (id: SliceId): boolean =>
        id === shown?.id || (isCross.value && project.slices.get(id)?.seriesId === shown?.seriesId)
      if (shown !== null && undone.some(isOf)) void open(shown.id, shown.revision + 1)
    },
  )
  watch(
    () => project.id,
    () => {
      pixels = null
      wantedId.value = null
      slice.value = null
      samples.value = null
    },
    // At once: the view that is made anew for the project must find none, or it opens none.
    { flush: 'sync' },
  )

  return {
    wantedId,
    slice,
    samples,
    series,
    isCross,
    problem,
    isLoading,
    window,
    draftWindow,
    viewport,
    fits,
    pointer,
    hand,
    open,
    step,
    look,
    stepSeries,
    replace,
    describe,
    setWindow,
    dragWindow,
  }
})

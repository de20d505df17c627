/* eslint-disable max-lines-per-function -- a setup store is one function */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { crossPlaneId, crossPlaneOf } from '../../../shared/domain/cross-plane'
import type { SliceId, SliceSummary } from '../../../shared/domain/slice'
import { client } from '../api/client'
import { isAbort } from '../composables/error-text'
import { useAnnotationStore } from './annotation'
import { useProjectStore } from './project'
import { useSavingStore } from './saving'
import { useSliceViewStore } from './slice-view'

export type Direction = 'up' | 'down' | 'both'

/** A plane that masks are carried through, with what is on it. */
export type PlaneOnTheWay = Pick<SliceSummary, 'id' | 'plane' | 'objects' | 'proposals'>

/** What was predicted on one plane. */
export interface PlaneConfidence {
  readonly predictedIou: number | null
  readonly kept: boolean
}

/** Carrying objects of one slice through its volume: the panel, its run, and the confidence of each plane. */
export const usePropagationStore = defineStore('propagation', () => {
  const project = useProjectStore()
  const view = useSliceViewStore()
  const annotation = useAnnotationStore()
  const saving = useSavingStore()
  const isOpen = ref(false)
  const direction = ref<Direction>('both')
  const stopBelow = ref(0.5)
  const confidence = shallowRef<ReadonlyMap<SliceId, PlaneConfidence>>(new Map())
  const source = shallowRef<SliceId | null>(null)
  const stoppedAt = shallowRef<readonly SliceId[]>([])
  const running = shallowRef<AbortController | null>(null)
  const isFinished = ref(false)
  /** Cross planes with proposals of the last run: no list knows of them */
  const crossOpen = shallowRef<ReadonlySet<SliceId>>(new Set())

  const isPossible = computed(() => view.series?.kind === 'volume')
  /** Along the axis of the plane on the stage */
  const planes = computed((): readonly PlaneOnTheWay[] => {
    const shown = view.slice
    if (!isPossible.value || shown === null) return []
    const cross = crossPlaneOf(shown.id)
    if (cross === null) return project.sliceList.filter(({ seriesId }) => seriesId === shown.seriesId)
    return Array.from({ length: shown.volume?.sizes[cross.axis] ?? 0 }, (_, index) => {
      const id = crossPlaneId({ ...cross, index })
      return { id, plane: index, objects: 0, proposals: Number(crossOpen.value.has(id)) }
    })
  })
  /** What can be carried on: accepted objects of this slice, or the one that is chosen */
  const carried = computed(() => {
    const { selected, annotations } = annotation
    if (selected !== null && selected.areaPx > 0) return [selected]
    return annotations.filter(({ status, areaPx }) => status === 'accepted' && areaPx > 0)
  })
  const kept = computed(() =>
    [...confidence.value].filter(([, { kept: isKept }]) => isKept).map(([id]) => id),
  )
  /** Planes with proposals that nobody has looked at */
  const open = computed(() => planes.value.filter(({ proposals }) => proposals > 0).map(({ id }) => id))
  /** The least certain plane that is still open */
  const weakest = computed(() => {
    const ranked = open.value.toSorted((a, b) => iouOf(a) - iouOf(b))
    return ranked[0] ?? null
  })

  function iouOf(id: SliceId): number {
    return confidence.value.get(id)?.predictedIou ?? 1
  }

  async function run(): Promise<void> {
    const from = view.slice
    if (from === null || carried.value.length === 0 || running.value !== null) return
    const stop = new AbortController()
    running.value = stop
    isFinished.value = false
    source.value = from.id
    confidence.value = new Map()
    stoppedAt.value = []
    crossOpen.value = new Set()
    try {
      const events = await client.segment.propagate(
        {
          project: project.openId(),
          slice: from.id,
          annotations: carried.value.map(({ id }) => id),
          direction: direction.value,
          stopBelow: stopBelow.value,
        },
        { signal: stop.signal },
      )
      for await (const event of events) {
        if (event.event === 'slice') {
          const { slice, predictedIou, kept: isKept } = event
          confidence.value = new Map(confidence.value).set(slice, { predictedIou, kept: isKept })
          if (isKept && crossPlaneOf(slice) !== null) crossOpen.value = new Set([...crossOpen.value, slice])
        } else stoppedAt.value = event.stoppedAt
      }
      isFinished.value = true
    } catch (error) {
      if (!isAbort(error)) throw error
    } finally {
      running.value = null
    }
  }

  function cancel(): void {
    running.value?.abort()
  }

  /** Accepts what nobody has accepted yet; one undo takes it all back. @returns how many slices */
  async function acceptAll(): Promise<number> {
    const call = { project: project.openId(), slices: [...open.value] }
    const { undo } = await saving.track(() => client.slices.acceptProposals(call))
    project.undoState = undo
    crossOpen.value = new Set()
    return call.slices.length
  }

  watch(
    () => [view.slice?.seriesId, view.slice?.volume?.axis].join(),
    () => {
      if (view.slice === null) return
      cancel()
      confidence.value = new Map()
      isFinished.value = false
    },
  )

  return {
    isOpen,
    direction,
    stopBelow,
    confidence,
    source,
    stoppedAt,
    running,
    isFinished,
    isPossible,
    planes,
    carried,
    kept,
    open,
    weakest,
    run,
    cancel,
    acceptAll,
  }
})

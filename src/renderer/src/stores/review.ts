import { useDebounceFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { PredictEvent, ReviewItem, ReviewQueue } from '../../../shared/contract/review'
import type { SliceId, SliceSummary } from '../../../shared/domain/slice'
import { client } from '../api/client'
import { errorText, isAbort, type ErrorText } from '../composables/error-text'
import { useProjectStore } from './project'
import { useSavingStore } from './saving'
import { useShellStore } from './shell'
import { verdicts, type Decision } from './verdicts'

export type { Decision } from './verdicts'

export type ReviewOrder = 'uncertain' | 'slice'
export type ReviewFilter = 'open' | 'empty' | 'all'

const noCounts: ReviewQueue['counts'] = {
  accepted: 0,
  edited: 0,
  rejected: 0,
  open: 0,
  secondsPerSlice: null,
}
/** Longer breaks are no work on a slice. */
const longestLookMs = 120_000

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** What the model predicted, in the order in which it is looked at, and what is said to it. */
export const useReviewStore = defineStore('review', () => {
  const project = useProjectStore()
  const saving = useSavingStore()
  const shell = useShellStore()
  const all = shallowRef<readonly ReviewItem[]>([])
  const counts = shallowRef(noCounts)
  const isLoaded = ref(false)
  const order = ref<ReviewOrder>('uncertain')
  const filter = ref<ReviewFilter>('all')
  const current = ref<SliceId | null>(null)
  const progress = shallowRef<Extract<PredictEvent, { event: 'progress' }> | null>(null)
  const problem = shallowRef<ErrorText | null>(null)
  /** Slices of the last run that could not be predicted, with the reason */
  const skipped = shallowRef<readonly Extract<PredictEvent, { event: 'skipped' }>[]>([])
  const lastDone = shallowRef<{ readonly decision: Decision; readonly name: string } | null>(null)
  let shownAt = performance.now()

  const places = computed(() => new Map(project.sliceList.map(({ id }, index) => [id, index])))
  const ordered = computed(() => [...all.value].sort(order.value === 'uncertain' ? byUncertainty : bySlice))
  const items = computed(() => ordered.value.filter(item => isShown(item, filter.value)))
  const currentItem = computed(() => all.value.find(({ slice }) => slice === current.value) ?? null)
  const emptyCount = computed(() => all.value.filter(item => isShown(item, 'empty')).length)
  /** Slices that "predict the rest" would predict: nobody has done them, and this model has not seen them */
  const rest = computed(() => {
    const known = new Map(all.value.map(item => [item.slice, item]))
    return project.sliceList.filter(slice => isToPredict(slice, known.get(slice.id), project.model))
  })

  function byUncertainty(a: ReviewItem, b: ReviewItem): number {
    return (b.uncertainty ?? -1) - (a.uncertainty ?? -1) || bySlice(a, b)
  }

  function bySlice(a: ReviewItem, b: ReviewItem): number {
    return (places.value.get(a.slice) ?? 0) - (places.value.get(b.slice) ?? 0)
  }

  function take(queue: ReviewQueue): void {
    all.value = queue.items
    counts.value = queue.counts
    shell.setBadge('review', queue.counts.open)
  }

  async function load(): Promise<void> {
    const id = project.id
    if (id === null) return
    const queue = await client.review.queue({ project: id })
    if (project.id !== id) return
    take(queue)
    isLoaded.value = true
  }

  function select(slice: SliceId | null): void {
    if (slice !== current.value) shownAt = performance.now()
    current.value = slice
  }

  const said = verdicts({
    items: () => items.value,
    current: () => current.value,
    select,
    store: storeVerdict,
  })

  /** The most uncertain open one that is not on the screen. */
  function nextUncertain(): SliceId | null {
    const open = all.value.filter(item => said.isOpen(item) && item.slice !== current.value)
    return open.sort(byUncertainty)[0]?.slice ?? null
  }

  async function storeVerdict(slice: SliceId, decision: Decision): Promise<void> {
    const spentMs = Math.round(Math.min(longestLookMs, performance.now() - shownAt))
    const { id: opened, project: given } = project
    // The same folder has another ID once it was opened again.
    const idNow = (): string =>
      project.project?.folder === given?.folder ? project.openId() : (opened ?? '')
    const answer = await saving.track(() =>
      client.review.decide({ project: idNow(), slice, decision, spentMs }),
    )
    lastDone.value = { decision, name: answer.slice.name }
    take(answer.queue)
    project.applySlices([answer.slice])
    project.undoState = answer.undo
  }

  /** Watches what runs, or starts it; leaving the view stops nothing. */
  async function predict(): Promise<void> {
    const id = project.openId()
    problem.value = null
    skipped.value = []
    progress.value = { event: 'progress', done: 0, total: rest.value.length, secondsLeft: null }
    try {
      for await (const event of await client.review.predict({ project: id })) {
        if (project.id !== id) return
        follow(event)
      }
    } catch (error) {
      if (!isAbort(error)) problem.value = errorText(error)
    } finally {
      progress.value = null
      await load().catch(() => {})
    }
  }

  function follow(event: PredictEvent): void {
    if (event.event === 'progress') progress.value = event
    if (event.event === 'skipped') skipped.value = [...skipped.value, event]
    if (event.event === 'item') {
      all.value = [...all.value.filter(({ slice }) => slice !== event.item.slice), event.item]
      counts.value = { ...counts.value, open: all.value.filter(({ state }) => state === 'open').length }
      shell.setBadge('review', counts.value.open)
    }
  }

  async function cancel(): Promise<void> {
    await client.review.cancel({ project: project.openId() })
  }

  const reload = useDebounceFn(() => load().catch(() => {}), 150)
  // Only what was predicted can change here; new predictions come by `predict` and with the view.
  watch(
    () => project.slices,
    () => {
      if (all.value.length > 0) void reload()
    },
  )
  watch(
    () => project.undoneSlices,
    () => {
      lastDone.value = null
      void reload()
    },
  )
  watch(
    () => project.id,
    () => {
      take({ items: [], counts: noCounts })
      isLoaded.value = false
      current.value = null
      progress.value = null
      problem.value = null
      lastDone.value = null
      void reload()
    },
    { immediate: true },
  )

  return {
    all,
    items,
    counts,
    emptyCount,
    rest,
    isLoaded,
    order,
    filter,
    current,
    currentItem,
    progress,
    problem,
    skipped,
    lastDone,
    load,
    select,
    isOpen: said.isOpen,
    underWay: said.underWay,
    nextOpen: said.nextOpen,
    nextUncertain,
    decide: said.give,
    predict,
    cancel,
  }
})

function isShown({ state, probablyEmpty, objects }: ReviewItem, filter: ReviewFilter): boolean {
  if (filter === 'all') return true
  if (filter === 'open') return state === 'open'
  return probablyEmpty && objects === 0
}

/** As the backend chooses them (`slices-to-predict.ts`). */
function isToPredict(slice: SliceSummary, item: ReviewItem | undefined, model: string): boolean {
  const isOthers = item !== undefined && item.model !== model
  if (slice.state === 'rejected') return isOthers && item.state === 'rejected'
  if (slice.state !== 'to-do' && slice.state !== 'in-progress') return false
  if (item === undefined) return slice.objects === 0 && slice.proposals === 0
  return isOthers && item.state === 'open' && slice.objects === 0
}

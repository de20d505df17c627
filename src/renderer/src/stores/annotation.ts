/* eslint-disable max-lines-per-function -- a setup store is one function; what can stand alone is in session.ts */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Annotation, AnnotationId } from '../../../shared/domain/annotation'
import type { Box, Prompt, PromptPoint } from '../../../shared/domain/prompt'
import type { CandidateMask } from '../../../shared/contract/segment'
import { client } from '../api/client'
import { boxOverlap, isAnswerable, noPrompt, samePrompt, withBox } from '../tools/prompt-edit'
import { newestWins, type NewestWins } from '../tools/newest-wins'
import { reportError } from './notices'
import { useProjectStore, type NewSliceEdit } from './project'
import {
  chosenMask,
  draftOf,
  draftWithRuns,
  isAnswered,
  newSession,
  sessionOf,
  type Session,
} from './session'
import { useSliceViewStore } from './slice-view'

/** A box that shares more than this with the box at work takes its place; one elsewhere is another object. */
const sameObject = 0.3

interface Question {
  readonly session: Session
  /** What the answer is stored as; null: shown only */
  readonly action: NewSliceEdit['action'] | null
}

/** Objects of the slice on the stage: which one is chosen, and which one a model is being asked for. */
export const useAnnotationStore = defineStore('annotation', () => {
  const project = useProjectStore()
  const view = useSliceViewStore()
  const session = shallowRef<Session | null>(null)
  const selectedId = shallowRef<AnnotationId | null>(null)
  const chosenLabelId = shallowRef<number | null>(null)
  const pending = shallowRef(0)
  let queue: Promise<unknown> = Promise.resolve()
  let since = Date.now()

  const annotations = computed<readonly Annotation[]>(() => view.slice?.annotations ?? [])
  const selected = computed(() => annotations.value.find(({ id }) => id === selectedId.value) ?? null)
  /** The label of what is drawn next */
  const label = computed(
    () => project.labels.find(({ id }) => id === chosenLabelId.value) ?? project.labels[0] ?? null,
  )
  const isDecoding = computed(() => session.value !== null && !isAnswered(session.value))
  const canDraw = computed(() => project.canEdit && view.slice !== null && label.value?.isLocked === false)

  /** Of the object at work; one that was left goes on until its answer is stored. */
  let decoder = newDecoder()

  function newDecoder(): NewestWins<Question> {
    return newestWins(
      ({ session: { slice, prompt } }, signal) =>
        client.segment.propose({ project: project.openId(), slice, prompt }, { signal }),
      ({ candidates, model }, { session: asked, action }) => {
        const found = { candidates, model, chosen: 0, answered: asked.prompt, isRepaired: false }
        if (session.value?.handle === asked.handle) session.value = { ...session.value, ...found }
        if (action !== null) void storeSession({ ...asked, ...found }, action)
      },
      // The prompt stays, dashed: nothing that was drawn is taken away.
      reportError,
    )
  }

  /** One edit after the other, so that each builds on the IDs that the one before was given. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    pending.value++
    const done = queue.then(work).finally(() => pending.value--)
    queue = done.catch(() => undefined)
    return done
  }

  /** Stores one action on a slice and shows what has come of it. */
  function edit(slice: number, change: () => NewSliceEdit | null): Promise<void> {
    return inTurn(async () => {
      const made = change()
      if (made === null) return
      const spentMs = Math.max(0, Date.now() - since)
      since = Date.now()
      view.replace(await project.edit(slice, { spentMs, ...made }))
    })
  }

  function storeSession(stored: Session, action: NewSliceEdit['action']): Promise<void> {
    return inTurn(async () => {
      const draft = draftOf(stored, stored.status)
      if (draft === null) return
      const state = stored.status === 'proposal' ? ({ state: 'in-progress' } as const) : {}
      const slice = await project.edit(stored.slice, { action, put: [draft], ...state })
      stored.handle.id ??= newestId(slice.annotations)
      if (session.value?.handle === stored.handle) selectedId.value = stored.handle.id
      view.replace(slice)
    }).catch(reportError)
  }

  function ask(next: Session, action: NewSliceEdit['action'] | null): void {
    if (session.value?.handle !== next.handle) decoder = newDecoder()
    session.value = next
    if (isAnswerable(next.prompt)) decoder.ask({ session: next, action })
  }

  /** The session at work, or a new object of the chosen label. */
  function current(): Session | null {
    const shown = view.slice
    if (shown === null) return null
    if (session.value?.slice === shown.id) return session.value
    if (selected.value !== null && !isLocked(selected.value)) return sessionOf(shown.id, selected.value)
    return canDraw.value && label.value !== null ? newSession(shown.id, label.value.id) : null
  }

  /** @param isFinal - the button was released: the answer is stored */
  function drawBox(box: Box, isFinal: boolean): void {
    const shown = view.slice
    if (shown === null || label.value === null || !canDraw.value) return
    const old = session.value?.prompt.box
    const isNew = session.value?.slice !== shown.id || old === null || old === undefined
    const goesOn = !isNew && boxOverlap(old, box) > sameObject
    const isDragged = session.value?.slice === shown.id && session.value.handle.id === null
    const base = goesOn || isDragged ? session.value : newSession(shown.id, label.value.id)
    if (base === null) return
    if (base !== session.value) selectedId.value = null
    ask(
      { ...base, prompt: { box, points: goesOn && !isDragged ? [] : base.prompt.points } },
      isFinal ? 'box' : null,
    )
  }

  function changeBox(box: Box, isFinal: boolean): void {
    const now = session.value
    if (now !== null) ask({ ...now, prompt: withBox(now.prompt, box) }, isFinal ? 'box' : null)
  }

  /** Changes the clicks of the object at work. */
  function changePrompt(change: (prompt: Prompt) => Prompt, isFinal = true): void {
    const now = current()
    if (now !== null) ask({ ...now, prompt: change(now.prompt) }, isFinal ? 'click' : null)
  }

  function addPoint(point: PromptPoint): void {
    changePrompt(prompt => ({ box: prompt.box, points: [...prompt.points, point] }))
  }

  function chooseCandidate(index: number): void {
    const now = session.value
    if (now?.candidates[index] !== undefined) session.value = { ...now, chosen: index }
  }

  function nextCandidate(by: 1 | -1 = 1): void {
    const now = session.value
    if (now !== null && now.candidates.length > 1)
      chooseCandidate((now.chosen + by + now.candidates.length) % now.candidates.length)
  }

  /** @returns what was accepted, for the live region: null where there was nothing */
  async function accept(): Promise<number | null> {
    await decoder.idle()
    const shown = view.slice
    const now = session.value
    if (shown === null) return null
    let accepted: number | null = null
    await edit(shown.id, () => {
      const draft = now === null ? null : draftOf(now, 'accepted')
      const proposals = annotations.value.filter(({ status }) => status === 'proposal')
      const chosen =
        selected.value === null ? proposals : proposals.filter(({ id }) => id === selectedId.value)
      const put =
        draft === null
          ? chosen.map(one => ({ ...draftWithRuns(one, one.runs), status: 'accepted' as const }))
          : [draft]
      if (put.length === 0 && annotations.value.length === 0) return null
      accepted = put.length
      const left = proposals.filter(({ id }) => !put.some(done => done.id === id))
      return { action: 'accept', put, state: left.length === 0 ? 'done' : 'in-progress' }
    })
    if (session.value?.handle === now?.handle) leave()
    return accepted
  }

  /** Closes the tray; what was stored stays as it is. */
  function leave(): void {
    session.value = null
    selectedId.value = null
  }

  /** Esc: an object that nobody accepted goes, an accepted one stays as it was stored. */
  async function cancel(): Promise<boolean> {
    const now = session.value
    if (now === null) {
      const had = selectedId.value !== null
      selectedId.value = null
      return had
    }
    decoder.drop()
    leave()
    if (now.status === 'proposal') {
      await edit(now.slice, () =>
        now.handle.id === null ? null : { action: 'delete', remove: [now.handle.id] },
      )
    }
    return true
  }

  /** An unaccepted object of a model comes with its prompt and tray; others only with handles for repair. */
  function select(id: AnnotationId | null): void {
    selectedId.value = id
    session.value = null
    const one = selected.value
    if (one === null || view.slice === null) return
    chosenLabelId.value = one.labelId
    if (one.status === 'proposal' && one.origin === 'model' && one.prompt !== null) refine(false)
  }

  /** @param asks - also for the other candidates; a stored mask is not changed by that */
  function refine(asks: boolean): void {
    const one = selected.value
    if (one === null || view.slice === null || isLocked(one)) return
    session.value = sessionOf(view.slice.id, one)
    if (asks && one.prompt !== null) ask(session.value, null)
  }

  function isLocked({ labelId }: Pick<Annotation, 'labelId'>): boolean {
    return project.labels.find(({ id }) => id === labelId)?.isLocked === true
  }

  /** The mask at work after a stroke or a repair: the other candidates are no longer offered. */
  function showRepaired(changed: Session, { runs, areaPx }: Pick<CandidateMask, 'runs' | 'areaPx'>): void {
    const now = session.value
    if (now?.handle !== changed.handle) return
    const predictedIou = chosenMask(now)?.predictedIou ?? 0
    session.value = { ...now, candidates: [{ runs, areaPx, predictedIou }], chosen: 0, isRepaired: true }
  }

  /** Draws with another label from now on; the object that is chosen or at work takes it too. */
  async function useLabel(id: number): Promise<void> {
    chosenLabelId.value = id
    const now = session.value
    if (now !== null) session.value = { ...now, labelId: id }
    const one = annotations.value.find(other => other.id === (now?.handle.id ?? selectedId.value))
    if (one === undefined || one.labelId === id || isLocked(one) || isLocked({ labelId: id })) return
    if (view.slice === null) return
    await edit(view.slice.id, () => ({
      action: 'relabel',
      put: [{ ...draftWithRuns(one, one.runs), labelId: id }],
    }))
  }

  function selectNewest(): void {
    selectedId.value = newestId(annotations.value)
  }

  /** After undo, redo or another window's edit: the prompt on the screen is the one that is stored. */
  function reconcile(): void {
    const now = session.value
    if (now === null || pending.value > 0 || now.handle.id === null || !isAnswered(now)) return
    const stored = annotations.value.find(({ id }) => id === now.handle.id)
    if (stored === undefined) return leave()
    if (!samePrompt(stored.prompt ?? noPrompt, now.prompt) || stored.labelId !== now.labelId)
      session.value = { ...sessionOf(now.slice, stored), handle: now.handle }
  }

  watch(annotations, reconcile)
  watch(
    () => view.slice?.id,
    () => {
      since = Date.now()
      const open = annotations.value.findLast(one => one.status === 'proposal' && one.origin === 'model')
      select(open?.id ?? null)
    },
  )

  return {
    session,
    selectedId,
    selected,
    annotations,
    label,
    chosenLabelId,
    pending,
    isDecoding,
    canDraw,
    chosen: computed(() => (session.value === null ? null : chosenMask(session.value))),
    edit,
    drawBox,
    changeBox,
    changePrompt,
    addPoint,
    chooseCandidate,
    nextCandidate,
    accept,
    leave,
    cancel,
    select,
    refine,
    showRepaired,
    useLabel,
    selectNewest,
    isLocked,
  }
})

function newestId(annotations: readonly Annotation[]): AnnotationId | null {
  return annotations.length === 0 ? null : Math.max(...annotations.map(({ id }) => id))
}

/* eslint-disable max-lines-per-function -- a setup store is one function; what can stand alone is in session.ts */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { Annotation, AnnotationDraft, AnnotationId } from '../../../shared/domain/annotation'
import type { EditAction } from '../../../shared/domain/project'
import type { Box, Prompt, PromptPoint } from '../../../shared/domain/prompt'
import type { CandidateMask } from '../../../shared/contract/segment'
import { client } from '../api/client'
import { isAnswerable, samePrompt, withBox, withPoint } from '../tools/prompt-edit'
import { newestWins, type NewestWins } from '../tools/newest-wins'
import { Answers } from './answers'
import { useDrawingLabelStore } from './drawing-label'
import { editQueue } from './edit-queue'
import { reportError } from './notices'
import { useProjectStore, type NewSliceEdit } from './project'
import {
  chosenMask,
  draftOf,
  draftWithRuns,
  isAnswered,
  isInStep,
  newSession,
  sessionOf,
  stateWithout,
  takesPlaceOf,
  type Question,
  type Session,
} from './session'
import { useSliceViewStore } from './slice-view'

/** Objects of the slice on the stage: which one is chosen, and which one a model is being asked for. */
export const useAnnotationStore = defineStore('annotation', () => {
  const project = useProjectStore()
  const view = useSliceViewStore()
  const labels = useDrawingLabelStore()
  const session = shallowRef<Session | null>(null)
  const selectedId = shallowRef<AnnotationId | null>(null)
  const queue = editQueue()
  const answers = new Answers()
  /** What a new box would take the place of, while it is drawn; undefined: none is */
  let beforeBox: Session | null | undefined

  const annotations = computed<readonly Annotation[]>(() => view.slice?.annotations ?? [])
  const selected = computed(() => annotations.value.find(({ id }) => id === selectedId.value) ?? null)
  const label = computed(() => labels.label)
  const chosen = computed(() => (session.value === null ? null : chosenMask(session.value)))
  const isDecoding = computed(() => session.value !== null && !isAnswered(session.value))
  const canDraw = computed(() => project.canEdit && view.slice !== null && label.value?.isLocked === false)

  /** Of the object at work; one that was left goes on until its answer is stored. */
  let decoder = newDecoder()

  function newDecoder(): NewestWins<Question> {
    return newestWins(
      ({ session: { slice, prompt } }, signal) =>
        client.segment.propose({ project: project.openId(), slice, prompt }, { signal }),
      ({ candidates, model }, { session: asked, action }) => {
        answers.add(asked.slice, asked.prompt, candidates)
        const found = { candidates, model, chosen: 0, answered: asked.prompt, isRepaired: false }
        if (session.value?.handle === asked.handle) session.value = { ...session.value, ...found }
        if (action !== null) void storeSession({ ...asked, ...found }, action)
      },
      // The prompt stays, dashed: nothing that was drawn is taken away.
      reportError,
      // The hand is let go where it was last seen, and that has been asked for already.
      (asked, before) => before.action === null && samePrompt(asked.session.prompt, before.session.prompt),
    )
  }

  async function storeSession(stored: Session, action: EditAction): Promise<void> {
    try {
      const answer = await queue.edit(stored.slice, () => {
        const draft = draftOf(stored, stored.status)
        const state = stored.status === 'proposal' ? ({ state: 'in-progress' } as const) : {}
        return draft === null ? null : { action, put: [draft], ...state }
      })
      if (answer === null) return
      stored.handle.id ??= answer.ids[0] ?? null
      if (session.value?.handle === stored.handle) selectedId.value = stored.handle.id
    } catch (error) {
      reportError(error)
    }
  }

  function ask(next: Session, action: EditAction | null): void {
    if (session.value?.handle !== next.handle) decoder = newDecoder()
    session.value = next
    if (isAnswerable(next.prompt)) decoder.ask({ session: next, action })
  }

  /** The session at work, the chosen object, or a new one of the chosen label. */
  function current(): Session | null {
    const shown = view.slice
    if (shown === null) return null
    if (session.value?.slice === shown.id) return session.value
    if (selected.value !== null && !labels.isLocked(selected.value))
      return sessionOf(shown.id, selected.value, answers)
    return canDraw.value && label.value !== null ? newSession(shown.id, label.value.id) : null
  }

  /** A new box: while it is drawn it is an object of its own. @param isFinal - the button was released */
  function drawBox(box: Box, isFinal: boolean): void {
    const shown = view.slice
    if (shown === null || label.value === null || !canDraw.value) return
    if (beforeBox === undefined) {
      beforeBox = session.value
      selectedId.value = null
      session.value = newSession(shown.id, label.value.id)
    }
    const drawn = { ...(session.value ?? newSession(shown.id, label.value.id)), prompt: { box, points: [] } }
    if (!isFinal) return ask(drawn, null)
    const old = beforeBox
    beforeBox = undefined
    ask(takesPlaceOf(drawn, old) ? { ...drawn, handle: old.handle, status: old.status } : drawn, 'box')
  }

  function dropBox(): void {
    if (beforeBox === undefined) return
    session.value = beforeBox
    beforeBox = undefined
  }

  /** The box at work was moved or resized. */
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
    changePrompt(prompt => withPoint(prompt, point))
  }

  function chooseCandidate(index: number): void {
    const now = session.value
    if (now?.candidates[index] !== undefined) session.value = { ...now, chosen: index }
  }

  function nextCandidate(by: 1 | -1 = 1): void {
    const now = session.value
    const count = now?.candidates.length ?? 0
    if (now === null) return
    if (count > 1) chooseCandidate((now.chosen + by + count) % count)
    // Of one that was stored before this sitting only the mask is known: the others are asked for.
    else if (!now.isRepaired && isAnswered(now)) ask(now, null)
  }

  /** Accepts the object at work, else the chosen one, else all that a model has drawn. @returns how many; null: nothing */
  async function accept(): Promise<number | null> {
    await decoder.idle()
    const [shown, now] = [view.slice, session.value]
    if (shown === null) return null
    const stored = await queue.edit(shown.id, () => {
      const put = acceptable(now)
      const open = annotations.value.filter(
        ({ id, status }) => status === 'proposal' && !put.some(done => done.id === id),
      )
      const isNothing = put.length === 0 && annotations.value.length === 0
      return isNothing ? null : { action: 'accept', put, state: open.length === 0 ? 'done' : 'in-progress' }
    })
    if (session.value?.handle === now?.handle) leave()
    openProposal()
    return stored === null
      ? null
      : stored.slice.annotations.filter(({ status }) => status === 'accepted').length
  }

  function acceptable(now: Session | null): AnnotationDraft[] {
    const draft = now === null ? null : draftOf(now, 'accepted')
    if (draft !== null) return [draft]
    const proposals = annotations.value.filter(({ status }) => status === 'proposal')
    const wanted =
      selectedId.value === null ? proposals : proposals.filter(({ id }) => id === selectedId.value)
    return wanted.map(one => ({ ...draftWithRuns(one, one.runs), status: 'accepted' }))
  }

  /** Closes the tray; what was stored stays as it is. */
  function leave(): void {
    session.value = null
    selectedId.value = null
  }

  /** Esc: an object that was begun here and not accepted goes, all others stay as they were stored. @returns whether there was one */
  async function cancel(): Promise<boolean> {
    const now = session.value
    const wasChosen = now !== null || selectedId.value !== null
    leave()
    if (now === null) return wasChosen
    decoder.drop()
    if (now.handle.isNew && now.status === 'proposal')
      await queue.edit(now.slice, () => removal(now.handle.id))
    return true
  }

  /** What taking an object of this slice away means for the slice; null: there is none */
  function removal(id: AnnotationId | null): NewSliceEdit | null {
    return id === null ? null : { action: 'delete', remove: [id], state: stateWithout(annotations.value, id) }
  }

  /** An unaccepted object of a model comes with its prompt and tray; others are chosen for repair. */
  function select(id: AnnotationId | null): void {
    selectedId.value = id
    session.value = null
    const one = selected.value
    if (one === null) return
    labels.choose(one.labelId)
    if (isOpen(one)) refine(false)
  }

  /** The prompt of a stored object comes back. @param asks - for all candidates: the stored mask stays until one is chosen */
  function refine(asks: boolean): void {
    const one = selected.value
    if (one === null || view.slice === null || labels.isLocked(one)) return
    session.value = sessionOf(view.slice.id, one, answers)
    if (asks && one.prompt !== null) ask(session.value, null)
  }

  /** After undo, or on coming back to a slice: what was being asked for is on the table again. */
  function openProposal(): void {
    if (session.value !== null || selectedId.value !== null) return
    const open = annotations.value.findLast(isOpen)
    if (open !== undefined) select(open.id)
  }

  /** The mask at work after a stroke or a repair: the other candidates are no longer offered. */
  function showRepaired(changed: Session, { runs, areaPx }: Pick<CandidateMask, 'runs' | 'areaPx'>): void {
    const now = session.value
    if (now?.handle !== changed.handle) return
    const predictedIou = chosenMask(now)?.predictedIou ?? 0
    session.value = { ...now, candidates: [{ runs, areaPx, predictedIou }], chosen: 0, isRepaired: true }
  }

  /** After undo, redo or another window's edit: the prompt on the screen is the one that is stored. */
  function reconcile(): void {
    if (queue.isBusy.value || beforeBox !== undefined) return
    const now = session.value
    if (now === null) return openProposal()
    if (now.handle.id === null || !isAnswered(now)) return
    const stored = annotations.value.find(({ id }) => id === now.handle.id)
    if (stored === undefined) leave()
    else if (!isInStep(now, stored)) {
      session.value = { ...sessionOf(now.slice, stored, answers), handle: now.handle }
    }
  }

  watch(annotations, reconcile)
  watch(
    () => view.slice?.id,
    () => {
      beforeBox = undefined
      queue.restartClock()
      leave()
      openProposal()
    },
  )

  return {
    session,
    selectedId,
    selected,
    annotations,
    label,
    isDecoding,
    canDraw,
    chosen,
    edit: queue.edit,
    drawBox,
    dropBox,
    changeBox,
    changePrompt,
    addPoint,
    chooseCandidate,
    nextCandidate,
    accept,
    leave,
    cancel,
    removal,
    select,
    refine,
    showRepaired,
  }
})

/** Asked of a model and not accepted. */
function isOpen({ status, origin, prompt }: Annotation): boolean {
  return status === 'proposal' && origin === 'model' && prompt !== null
}

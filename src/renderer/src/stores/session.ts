import type {
  Annotation,
  AnnotationDraft,
  AnnotationId,
  AnnotationStatus,
} from '../../../shared/domain/annotation'
import type { EditAction } from '../../../shared/domain/project'
import type { Prompt } from '../../../shared/domain/prompt'
import type { SliceId, SliceState } from '../../../shared/domain/slice'
import type { CandidateMask } from '../../../shared/contract/segment'
import { sameRuns, type Answers } from './answers'
import { boxOverlap, noPrompt, samePrompt } from '../tools/prompt-edit'

/** Where an object's ID is written once it is stored for the first time. */
export interface Handle {
  id: AnnotationId | null
  /** Begun at this stage: Esc takes it away again, and never what a model or an earlier sitting has left */
  readonly isNew: boolean
}

/** One object that a model is being asked for: its prompt, and the masks that answer it. */
export interface Session {
  readonly slice: SliceId
  readonly labelId: number
  readonly handle: Handle
  /** What it is stored as, until it is accepted */
  readonly status: AnnotationStatus
  readonly prompt: Prompt
  /** Best first; empty until the first answer */
  readonly candidates: readonly CandidateMask[]
  readonly chosen: number
  /** The prompt that the candidates answer */
  readonly answered: Prompt | null
  readonly model: string | null
  /** Painted on or repaired since: the candidates are gone */
  readonly isRepaired: boolean
}

export interface Question {
  readonly session: Session
  /** What the answer is stored as; null: shown only */
  readonly action: EditAction | null
}

export function newSession(slice: SliceId, labelId: number): Session {
  return {
    slice,
    labelId,
    handle: { id: null, isNew: true },
    status: 'proposal',
    prompt: noPrompt,
    candidates: [],
    chosen: 0,
    answered: null,
    model: null,
    isRepaired: false,
  }
}

/** Goes on with a stored object; one that was drawn by hand begins with the box around it. */
export function sessionOf(slice: SliceId, annotation: Annotation, answers: Answers): Session {
  const prompt = annotation.prompt ?? { box: annotation.box, points: [] }
  const { runs, areaPx, predictedIou } = annotation
  const known = answers.find(slice, prompt, runs)
  return {
    slice,
    labelId: annotation.labelId,
    handle: { id: annotation.id, isNew: false },
    status: annotation.status,
    prompt,
    candidates: known ?? [{ runs, areaPx, predictedIou: predictedIou ?? 0 }],
    chosen: Math.max(0, known?.findIndex(mask => sameRuns(mask.runs, runs)) ?? 0),
    answered: prompt,
    model: annotation.model,
    isRepaired: predictedIou === null,
  }
}

/** A box that shares more than this with the box of the object at work takes its place; one elsewhere is another object. */
const sameObject = 0.3

export function takesPlaceOf(drawn: Session, old: Session | null): old is Session {
  const [box, before] = [drawn.prompt.box, old?.prompt.box ?? null]
  return drawn.slice === old?.slice && box !== null && before !== null && boxOverlap(box, before) > sameObject
}

export function chosenMask({ candidates, chosen }: Session): CandidateMask | null {
  return candidates[chosen] ?? null
}

/** Whether the mask on the screen is the answer to the prompt on the screen. */
export function isAnswered({ prompt, answered }: Session): boolean {
  return samePrompt(prompt, answered)
}

/** What is stored of it; null while there is no mask. */
/** Whether what is on the screen follows from what is stored: another candidate may be chosen and not accepted yet. */
export function isInStep(session: Session, stored: Annotation): boolean {
  return (
    samePrompt(stored.prompt ?? session.prompt, session.prompt) &&
    stored.labelId === session.labelId &&
    session.candidates.some(({ runs }) => sameRuns(runs, stored.runs))
  )
}

export function draftOf(session: Session, status: AnnotationStatus): AnnotationDraft | null {
  const mask = chosenMask(session)
  if (mask === null) return null
  return {
    id: session.handle.id,
    labelId: session.labelId,
    runs: mask.runs,
    status,
    origin: 'model',
    prompt: session.answered,
    predictedIou: mask.predictedIou,
    model: session.model,
  }
}

/** A stored object with another mask; what the model predicted of its own mask stays with it. */
export function draftWithRuns(annotation: Annotation, runs: number[]): AnnotationDraft {
  const { id, labelId, status, origin, prompt, predictedIou, model } = annotation
  return { id, labelId, runs, status, origin, prompt, predictedIou, model }
}

export function copyOf(annotation: Annotation): AnnotationDraft {
  const { labelId, runs } = annotation
  return {
    id: null,
    labelId,
    runs,
    status: 'proposal',
    origin: 'propagated',
    prompt: null,
    predictedIou: null,
    model: null,
  }
}

/** How far a slice is when one of its objects is taken away. */
export function stateWithout(annotations: readonly Annotation[], id: AnnotationId): SliceState {
  const left = annotations.filter(one => one.id !== id)
  if (left.length === 0) return 'to-do'
  return left.some(({ status }) => status === 'proposal') ? 'in-progress' : 'done'
}

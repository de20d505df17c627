import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Annotation, AnnotationDraft } from '../../../shared/domain/annotation'
import type { SliceId } from '../../../shared/domain/slice'
import type { EditAction } from '../../../shared/domain/project'
import { paintStroke } from '../../../shared/masks/brush'
import { fillPolygon } from '../../../shared/masks/fill-polygon'
import { decodeRuns, encodeRuns } from '../../../shared/masks/rle'
import { isSetAt } from '../canvas/is-set-at'
import { MaskPicture } from '../canvas/mask-picture'
import { cssColour, labelColour } from '../canvas/palette'
import { pixelAt, rectangleOf } from '../canvas/box-corners'
import type { Position } from '../canvas/viewport'
import { useAnnotationStore } from './annotation'
import { sameRuns } from './answers'
import { useDrawingLabelStore } from './drawing-label'
import { useDisplayStore } from './display'
import { reportError } from './notices'
import { useProjectStore } from './project'
import { chosenMask, draftWithRuns, stateWithout, type Session } from './session'
import { useSliceViewStore } from './slice-view'

/** What is painted on: a stored object, the one at work, or a new one (both null). */
export interface PaintTarget {
  readonly annotation: Annotation | null
  readonly session: Session | null
  readonly labelId: number
  readonly mask: Uint8Array
}

export interface Stroke {
  readonly picture: MaskPicture
  readonly colour: string
}

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** Masks as pixels: brush, eraser, outlines that are filled, and repairs. A mask is the truth, polygons are not kept. */
export const usePaintingStore = defineStore('painting', () => {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  const labels = useDrawingLabelStore()
  const project = useProjectStore()
  const view = useSliceViewStore()
  const stroke = shallowRef<Stroke | null>(null)
  /** Counts the parts of the stroke: its picture changes in place */
  const painted = ref(0)
  const target = shallowRef<PaintTarget | null>(null)

  /** The stored object that the stroke is drawn in place of */
  const hides = computed(() => (stroke.value === null ? null : (target.value?.annotation?.id ?? null)))
  const isPossible = computed(() => findTarget(null, false) !== null)

  /** @param at - an object under it is taken where none is chosen; @param makesNew - where there is none at all */
  function findTarget(at: Position | null, makesNew: boolean): PaintTarget | null {
    const shown = view.slice
    if (shown === null || !project.canEdit) return null
    const size = shown.width * shown.height
    const atWork = sessionTarget(shown.id, size)
    if (atWork !== null) return atWork
    const one = at === null ? annotation.selected : paintedAt(at, makesNew)
    if (one !== null && !labels.isLocked(one)) {
      return { annotation: one, session: null, labelId: one.labelId, mask: decodeRuns(one.runs, size) }
    }
    const { label } = annotation
    if (!makesNew || label === null || label.isLocked) return null
    return { annotation: null, session: null, labelId: label.id, mask: new Uint8Array(size) }
  }

  /** The chosen object, unless what is taken away lies on another one only. */
  function paintedAt(at: Position, adds: boolean): Annotation | null {
    const { selected } = annotation
    const under = selected !== null && adds ? null : objectAt(at)
    if (selected === null || under === null || covers(selected, at)) return selected ?? under
    return under
  }

  function covers({ runs }: Annotation, at: Position): boolean {
    const shown = view.slice
    const pixel = shown === null ? null : pixelAt(at, shown)
    return shown !== null && pixel !== null && isSetAt(runs, pixel.y * shown.width + pixel.x)
  }

  function sessionTarget(slice: SliceId, size: number): PaintTarget | null {
    const { session } = annotation
    const answer = session?.slice === slice ? chosenMask(session) : null
    if (session === null || answer === null) return null
    const one = annotation.annotations.find(({ id }) => id === session.handle.id) ?? null
    return { annotation: one, session, labelId: session.labelId, mask: decodeRuns(answer.runs, size) }
  }

  /** The topmost object under a position; those of the chosen label come first. */
  function objectAt(at: Position): Annotation | null {
    const shown = view.slice
    const pixel = shown === null ? null : pixelAt(at, shown)
    if (shown === null || pixel === null) return null
    const hidden = new Set(project.labels.filter(({ isHidden }) => isHidden).map(({ id }) => id))
    const found = annotation.annotations.filter(
      one => !hidden.has(one.labelId) && isSetAt(one.runs, pixel.y * shown.width + pixel.x),
    )
    return found.findLast(({ labelId }) => labelId === annotation.label?.id) ?? found.at(-1) ?? null
  }

  function begin(at: Position, adds: boolean): boolean {
    const found = findTarget(at, adds)
    const label = project.labels.find(({ id }) => id === found?.labelId)
    if (found === null || label === undefined || view.slice === null) return false
    const { annotation: one } = found
    if (one?.status === 'accepted' && one.id !== annotation.selectedId) annotation.select(one.id)
    const colour = labelColour(label.colour)
    target.value = found
    stroke.value = { picture: new MaskPicture(found.mask, view.slice, colour), colour: cssColour(colour) }
    return true
  }

  function strokeTo(from: Position, to: Position, adds: boolean): void {
    const [work, shown] = [stroke.value, view.slice]
    if (work === null || shown === null || target.value === null) return
    const changed = paintStroke(target.value.mask, shown, {
      from: centred(from),
      to: centred(to),
      radius: display.brushRadius,
      value: adds ? 1 : 0,
    })
    if (changed === null) return
    work.picture.update(rectangleOf(changed))
    painted.value++
  }

  function end(adds: boolean): void {
    const done = target.value
    if (done === null) return
    void store(done, done.mask, adds ? 'brush' : 'erase').finally(() => {
      if (target.value === done) stroke.value = target.value = null
    })
  }

  /** Changes the mask of the object that is chosen or at work. */
  async function repair(
    action: EditAction,
    change: (mask: Uint8Array, height: number, width: number) => Uint8Array,
  ): Promise<void> {
    const found = findTarget(null, false)
    const shown = view.slice
    if (found !== null && shown !== null)
      await store(found, change(found.mask, shown.height, shown.width), action)
  }

  /** Adds what an outline encloses to the chosen object, or makes a new one, or takes it away. */
  async function fillPath(
    points: readonly Position[],
    action: 'polygon' | 'lasso',
    adds: boolean,
  ): Promise<void> {
    const shown = view.slice
    const found = findTarget(adds ? null : (points[0] ?? null), adds)
    if (found === null || shown === null) return
    const area = fillPolygon(points.map(centred), shown.height, shown.width)
    const { mask } = found
    // Both have the slice's size.
    for (let i = 0; i < mask.length; i++) if (area[i] !== 0) mask[i] = adds ? 1 : 0
    await store(found, mask, action)
  }

  async function store(changed: PaintTarget, mask: Uint8Array, action: EditAction): Promise<void> {
    const runs = encodeRuns(mask)
    const shown = view.slice
    if (shown === null) return
    // What changed nothing is no step to undo.
    if (sameRuns(runs, runsBefore(changed))) return
    const areaPx = runs.reduce((sum, run, index) => (index % 2 === 1 ? sum + run : sum), 0)
    if (changed.session !== null) annotation.showRepaired(changed.session, { runs, areaPx })
    const isGone = areaPx === 0
    const stored = await annotation
      .edit(shown.id, () => {
        const id = changed.session?.handle.id ?? changed.annotation?.id ?? null
        if (isGone)
          return id === null
            ? null
            : { action, remove: [id], state: stateWithout(annotation.annotations, id) }
        return { action, put: [draft(changed, runs, id)], state: stateAfter(changed) }
      })
      .catch(reportError)
    const isNew = changed.annotation === null && changed.session === null
    if (isNew) annotation.selectedId = stored?.ids[0] ?? null
  }

  /** A person has drawn: the object is accepted, unless a model's is still being worked on. */
  function draft(
    { session, annotation: one, labelId }: PaintTarget,
    runs: number[],
    id: number | null,
  ): AnnotationDraft {
    if (one !== null)
      return {
        ...draftWithRuns(one, runs),
        id,
        ...(session === null ? ({ status: 'accepted' } as const) : {}),
      }
    const drawn = { labelId, runs, predictedIou: null, model: session?.model ?? null } as const
    return session === null
      ? { ...drawn, id, status: 'accepted', origin: 'drawn', prompt: null }
      : { ...drawn, id, status: 'proposal', origin: 'model', prompt: session.prompt }
  }

  function stateAfter({ session }: PaintTarget): 'done' | 'in-progress' {
    const isOpen = session !== null || annotation.annotations.some(({ status }) => status === 'proposal')
    return isOpen ? 'in-progress' : 'done'
  }

  return { stroke, painted, target, hides, isPossible, objectAt, begin, strokeTo, end, repair, fillPath }
})

/** As it was stored, or as it is on the table; [] for an object that begins */
function runsBefore({ session, annotation }: PaintTarget): readonly number[] {
  return (session === null ? annotation : chosenMask(session))?.runs ?? []
}

/** From positions on the slice to pixel indices, where the centre of the first pixel is (0, 0). */
function centred({ x, y }: Position): Position {
  return { x: x - 0.5, y: y - 0.5 }
}

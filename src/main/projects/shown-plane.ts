import type { Annotation, AnnotationDraft } from '../../shared/domain/annotation'
import { crossPlaneOf } from '../../shared/domain/cross-plane'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError, invariant } from '../../shared/errors'
import { radiologicalTurn } from '../../shared/geometry/directions'
import type { Turn } from '../../shared/geometry/turn'
import { inverseTurn, noTurn, turnBox, turnPrompt, turnRuns, turnSize } from '../../shared/geometry/turn'
import type { RunLengths } from '../../shared/masks/rle'
import { crossedSlices } from './crossed-slices'
import type { ProjectSession } from './project-session'

/**
 * How a slice is shown. The database, models, data sets and exports have planes as their files store them; the doors show
 * volumes in radiological view. Whatever crosses a door with pixels, masks or prompts goes through here.
 */
export interface ShownPlane {
  readonly turn: Turn
  /** As it is stored */
  readonly stored: { readonly width: number; readonly height: number }
}

/** @throws AppError NO_SUCH_ITEM */
export function shownPlane({ store }: ProjectSession, sliceId: number): ShownPlane {
  const cross = crossPlaneOf(sliceId)
  if (cross) {
    const crossed = crossedSlices(store, cross)
    return { turn: radiologicalTurn(crossed.series.directions, cross.axis), stored: crossed }
  }
  const slice = store.slices.get(sliceId)
  if (!slice) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(sliceId) })
  const series = store.series.get(slice.seriesId)
  invariant(series, 'a slice belongs to a series')
  const { axis, directions } = series
  return { turn: axis === null ? noTurn : radiologicalTurn(directions, axis), stored: slice }
}

export function shownRuns({ turn, stored }: ShownPlane, runs: RunLengths): number[] {
  return [...turnRuns(runs, stored, turn)]
}

export function shownAnnotation({ turn, stored }: ShownPlane, annotation: Annotation): Annotation {
  const { runs, prompt, box } = annotation
  return {
    ...annotation,
    runs: [...turnRuns(runs, stored, turn)],
    prompt: prompt && turnPrompt(prompt, stored, turn),
    box: box && turnBox(box, stored, turn),
  }
}

/** @throws AppError SHAPE_MISMATCH where its runs do not fill the plane exactly */
export function storedDraft({ turn, stored }: ShownPlane, draft: AnnotationDraft): AnnotationDraft {
  const shown = turnSize(stored, turn)
  const pixels = draft.runs.reduce((sum, run) => sum + run, 0)
  if (pixels !== shown.width * shown.height) {
    throw new AppError('SHAPE_MISMATCH', {
      expected: `${shown.width} x ${shown.height} pixels`,
      actual: `${pixels} pixels`,
    })
  }
  const back = inverseTurn(turn)
  return {
    ...draft,
    runs: [...turnRuns(draft.runs, shown, back)],
    prompt: draft.prompt && turnPrompt(draft.prompt, shown, back),
  }
}

export function storedPrompt({ turn, stored }: ShownPlane, prompt: Prompt): Prompt {
  return turnPrompt(prompt, turnSize(stored, turn), inverseTurn(turn))
}

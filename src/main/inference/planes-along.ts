import type { Annotation, AnnotationDraft } from '../../shared/domain/annotation'
import { crossPlaneId, crossPlaneOf } from '../../shared/domain/cross-plane'
import { AppError } from '../../shared/errors'
import type { ProjectStore } from '../database/project-store'
import { crossAnnotations } from '../projects/cross-plane-masks'
import { crossedSlices } from '../projects/crossed-slices'
import { putAnnotation } from '../projects/edit-slice'
import type { ProjectSession } from '../projects/project-session'

/** A plane that a mask can be carried to, in pixels as it is stored. */
export interface PlaneAlong {
  readonly id: number
  readonly width: number
  readonly height: number
  /** Somebody has said that none of the labels is there */
  readonly isEmpty: boolean
}

/** The planes of a volume one behind the other: its stored slices, or the planes across another axis. */
export interface PlanesAlong {
  /** Where the way begins */
  readonly start: number
  /** @returns undefined at the end, and for a plane that could not be read when the volume was added */
  at(plane: number): PlaneAlong | undefined
  annotationsOn(plane: PlaneAlong): Annotation[]
  /** Stores a proposal. Within `ProjectSession.act` over `scopeOf(plane)` */
  put(store: ProjectStore, plane: PlaneAlong, draft: AnnotationDraft): void
  scopeOf(plane: PlaneAlong): { readonly slices: readonly number[]; readonly redrawn?: readonly number[] }
}

/** @throws AppError NO_SUCH_ITEM */
export function planesAlong(session: ProjectSession, slice: number): PlanesAlong {
  return crossPlaneOf(slice) ? crossPlanes(session, slice) : storedSlices(session, slice)
}

function storedSlices({ store }: ProjectSession, slice: number): PlanesAlong {
  const start = store.slices.get(slice)
  if (!start) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(slice) })
  const planes = new Map(store.slices.ofSeries(start.seriesId).map(one => [one.plane, one]))
  return {
    start: start.plane ?? NaN,
    at: plane => {
      const stored = planes.get(plane)
      return stored && { ...stored, isEmpty: stored.state === 'nothing-here' }
    },
    annotationsOn: ({ id }) => store.annotations.ofSlice(id),
    put: (changed, { id }, draft) => {
      const stored = changed.slices.get(id)
      if (stored) putAnnotation(changed, stored, draft)
    },
    scopeOf: ({ id }) => ({ slices: [id] }),
  }
}

function crossPlanes({ store }: ProjectSession, slice: number): PlanesAlong {
  const plane = crossPlaneOf(slice)
  if (!plane) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(slice) })
  const { sizes, width, height, slices } = crossedSlices(store, plane)
  // Its proposals hang on the volume; one slice tells whoever looks on that the volume has changed.
  const first = slices.slice(0, 1).map(({ id }) => id)
  const of = (id: number) => crossPlaneOf(id) ?? plane
  return {
    start: plane.index,
    at: index =>
      index >= 0 && index < sizes[plane.axis]
        ? { id: crossPlaneId({ ...plane, index }), width, height, isEmpty: false }
        : undefined,
    annotationsOn: ({ id }) => crossAnnotations(store, crossedSlices(store, of(id))),
    put: (changed, { id }, draft) => void changed.crossProposals.put(of(id), draft),
    scopeOf: () => ({ slices: first, redrawn: first }),
  }
}

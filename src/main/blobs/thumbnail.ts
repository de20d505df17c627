import type { Annotation } from '../../shared/domain/annotation'
import { AppError } from '../../shared/errors'
import type { ProjectSession } from '../projects/project-session'
import { shownPlane } from '../projects/shown-plane'
import { sliceSource } from '../projects/slice-source'
import type { Draw } from './draw-task'
import { RecentlyUsed } from './recently-used'

/** What is kept of a project while it is open. */
interface Kept {
  /** PNGs by slice and revision */
  readonly drawn: RecentlyUsed<Promise<Uint8Array<ArrayBuffer>>>
  /** Drawn one after the other, so that a wall of thumbnails never keeps a prompt waiting for long */
  readonly waiting: (() => Promise<void>)[]
  isDrawing: boolean
}

const mostDrawn = 2000
const keptOf = new WeakMap<ProjectSession, Kept>()

/**
 * A slice at 160 pixels with its masks, as a PNG.
 *
 * @param draw - in whichever thread there is for it
 * @throws AppError NO_SUCH_ITEM, and what reading its file can meet
 */
export function thumbnail(
  session: ProjectSession,
  slice: number,
  draw: Draw,
): Promise<Uint8Array<ArrayBuffer>> {
  const kept = keptOf.get(session) ?? emptyKept()
  keptOf.set(session, kept)
  const summary = session.store.slices.summary(slice)
  if (!summary) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(slice) })
  const key = `${slice} ${summary.revision}`
  const known = kept.drawn.get(key)
  if (known) return known
  const drawn = inTurn(kept, () => drawSlice(session, slice, draw))
  kept.drawn.set(key, drawn)
  // What could not be read is tried again when it is asked for again.
  drawn.catch(() => kept.drawn.delete(key))
  return drawn
}

const emptyKept = (): Kept => ({
  drawn: new RecentlyUsed(mostDrawn),
  waiting: [],
  isDrawing: false,
})

/** The newest wish first: whoever scrolls on does not look at the others any more. */
function inTurn<T>(kept: Kept, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    kept.waiting.push(() => work().then(resolve, reject))
    if (!kept.isDrawing) void drawAll(kept)
  })
}

async function drawAll(kept: Kept): Promise<void> {
  kept.isDrawing = true
  for (let next = kept.waiting.pop(); next; next = kept.waiting.pop()) {
    await next()
    await nextTurn()
  }
  kept.isDrawing = false
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

async function drawSlice(
  session: ProjectSession,
  slice: number,
  draw: Draw,
): Promise<Uint8Array<ArrayBuffer>> {
  const { annotations, labels } = session.store
  const colours = new Map(labels.list().map(({ id, colour, isHidden }) => [id, isHidden ? null : colour]))
  const masks = annotations.ofSlice(slice).flatMap(({ labelId, runs, box }: Annotation) => {
    const colour = colours.get(labelId) ?? null
    return colour === null ? [] : [{ colour, runs, box }]
  })
  return draw({ source: sliceSource(session, slice), masks, turn: shownPlane(session, slice).turn })
}

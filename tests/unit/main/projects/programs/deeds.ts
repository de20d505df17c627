import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { addLabel, removeLabel } from '../../../../../src/main/projects/edit-labels'
import { editSlice } from '../../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../../src/main/projects/project-session'
import { SliceEdit } from '../../../../../src/shared/contract/slices'
import { encodeRuns } from '../../../../../src/shared/masks/rle'

/** Pixels of the slices that these deeds are done on. */
const size = 64

interface Place {
  readonly session: ProjectSession
  readonly slice: number
  readonly number: number
}

/** One after the other, again and again. */
const deeds: readonly ((place: Place) => void)[] = [
  draw,
  draw,
  place => edit(place, { state: place.number % 2 === 0 ? 'done' : 'in-progress' }),
  draw,
  ({ session }) => void session.undo(),
  removeFirst,
  addOrRemoveLabel,
]

/** The deed of this number: always the same in the same state. */
export function doDeed(session: ProjectSession, number: number): void {
  const slices = session.store.slices.summaries()
  const slice = slices[number % slices.length]?.id ?? 0
  deeds[number % deeds.length]?.({ session, slice, number })
}

function edit({ session, slice }: Place, change: Partial<SliceEdit>): void {
  editSlice(session, { slice, edit: SliceEdit.parse({ action: 'draw', ...change }), by: '' })
}

function draw(place: Place): void {
  const { session, number } = place
  const [label] = session.store.labels.list()
  // A deed is one action, so that no kill finds half of it.
  if (!label) return void addLabel(session, 'First')
  const runs = encodeRuns(new Uint8Array(size).fill(1, number % 40, (number % 40) + 9))
  const draft = { id: null, labelId: label.id, runs, prompt: null, predictedIou: null, model: null }
  edit(place, { put: [{ ...draft, status: 'accepted', origin: 'drawn' }] })
}

function removeFirst(place: Place): void {
  const [first] = place.session.store.annotations.ofSlice(place.slice)
  if (first) edit(place, { remove: [first.id], window: { centre: place.number, width: 3.5 } })
}

function addOrRemoveLabel({ session, number }: Place): void {
  if (number % 3 === 0) addLabel(session, `Label ${number}`)
  else removeLabel(session, session.store.labels.list().at(-1)?.id ?? 0)
}

const kept = [
  'SELECT * FROM label_classes ORDER BY id',
  'SELECT id, slice_id, label_id, hex(runs), status, area_px FROM annotations ORDER BY id',
  'SELECT id, state, window_centre, window_width, revision FROM slices ORDER BY id',
  'SELECT id, action, slices, is_undone FROM journal ORDER BY id',
]

/** Everything that is stored but times, in a few letters; opened as any other program would. */
export function digestOf(folder: string): string {
  const database = new Database(join(folder, 'project.sqlite'), { readonly: true })
  try {
    const rows = kept.map(sql => database.prepare(sql).all())
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16)
  } finally {
    database.close()
  }
}

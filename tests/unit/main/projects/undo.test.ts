import { test } from '@fast-check/vitest'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SliceEdit } from '../../../../src/shared/contract/slices'
import { addLabel, changeLabel, removeLabel } from '../../../../src/main/projects/edit-labels'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { drawing, openProjectsIn, side, smallProject } from '../support/small-project'

const everything = [
  'SELECT id, name, colour, key FROM label_classes ORDER BY id',
  'SELECT * FROM annotations ORDER BY id',
  'SELECT * FROM prompts ORDER BY annotation_id',
  'SELECT id, state, state_by, state_at, window_centre, window_width FROM slices ORDER BY id',
]

/** What undo must bring back, byte by byte, as another program reads it from the file. */
function stored(folder: string): unknown {
  const database = new Database(join(folder, 'project.sqlite'), { readonly: true })
  try {
    return everything.map(sql => database.prepare(sql).all())
  } finally {
    database.close()
  }
}

const action = fc.oneof(
  fc.record({
    kind: fc.constant('draw' as const),
    slice: fc.nat(2),
    from: fc.nat(side * side),
    to: fc.nat(side * side),
  }),
  fc.record({
    kind: fc.constant('replace' as const),
    slice: fc.nat(2),
    which: fc.nat(5),
    to: fc.nat(side * side),
  }),
  fc.record({ kind: fc.constant('delete' as const), slice: fc.nat(2), which: fc.nat(5) }),
  fc.record({
    kind: fc.constant('state' as const),
    slice: fc.nat(2),
    state: fc.constantFrom('to-do' as const, 'done' as const, 'nothing-here' as const),
  }),
  fc.record({
    kind: fc.constant('window' as const),
    slice: fc.nat(2),
    width: fc.double({ min: 0.5, max: 1e6, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('label-add' as const), name: fc.constantFrom('Vessel', 'Bone') }),
  fc.record({
    kind: fc.constant('label-change' as const),
    which: fc.nat(3),
    colour: fc.integer({ min: 1, max: 8 }),
  }),
  fc.record({ kind: fc.constant('label-remove' as const), which: fc.nat(3) }),
)
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

function edit(session: ProjectSession, slice: number, change: Partial<SliceEdit>): void {
  editSlice(session, { slice, edit: SliceEdit.parse({ action: 'draw', ...change }), by: 'A. Tester' })
}

/** Does it where it makes sense in the state that the project is in. */
function perform(session: ProjectSession, slices: readonly number[], what: Action): void {
  if ('slice' in what) performOnSlice(session, slices[what.slice] ?? 0, what)
  else performOnLabels(session, what)
}

function performOnLabels(session: ProjectSession, what: Exclude<Action, { slice: number }>): void {
  if (what.kind === 'label-add') return void addLabel(session, what.name)
  const labels = session.store.labels.list()
  const label = labels[what.which % Math.max(labels.length, 1)]
  if (label === undefined) return
  if (what.kind === 'label-remove') removeLabel(session, label.id)
  else changeLabel(session, label.id, { colour: what.colour, name: `${label.name}.` })
}

function performOnSlice(
  session: ProjectSession,
  slice: number,
  what: Extract<Action, { slice: number }>,
): void {
  const there = session.store.annotations.ofSlice(slice)
  const [labelId] = session.store.labels.list().map(({ id }) => id)
  switch (what.kind) {
    case 'draw':
      if (labelId !== undefined) edit(session, slice, { put: [drawing(what.from, what.to, labelId)] })
      return
    case 'replace':
    case 'delete': {
      const annotation = there[what.which % Math.max(there.length, 1)]
      if (annotation === undefined) return
      const { id, labelId: own } = annotation
      if (what.kind === 'delete') edit(session, slice, { remove: [id] })
      else edit(session, slice, { put: [{ ...drawing(0, what.to, own), id, prompt: null }] })
      return
    }
    case 'state':
      return edit(session, slice, { state: what.state })
    case 'window':
      return edit(session, slice, { window: { centre: what.width / 3, width: what.width } })
  }
}

describe('undo and redo', () => {
  test.prop([fc.array(action, { minLength: 1, maxLength: 12 })], { numRuns: 25 })(
    'go back and forth through the very same states, also after a restart',
    async actions => {
      const { home, folder, projects, session, slices } = await smallProject()
      const states = [stored(folder)]
      for (const what of actions) {
        const before = session.store.journal.state()
        perform(session, slices, what)
        const now = stored(folder)
        // What changed nothing is no step, and whoever had undone before can still do it again.
        if (JSON.stringify(now) === JSON.stringify(states.at(-1))) {
          expect(session.store.journal.state()).toEqual(before)
        } else states.push(now)
      }

      const back = states.slice(0, -1).reverse()
      for (const [index, state] of back.entries()) {
        expect(session.undo()).not.toBeNull()
        expect(stored(folder), `after ${index + 1} steps back`).toEqual(state)
      }
      expect(session.undo()).toBeNull()

      await projects.dispose()
      const again = await (await openProjectsIn(home)).open(folder)
      for (const state of states.slice(1)) {
        expect(again.redo()).not.toBeNull()
        expect(stored(folder)).toEqual(state)
      }
      expect(again.redo()).toBeNull()
    },
  )

  it('forget what was undone once something else is done', async () => {
    const { session, slices } = await smallProject()
    edit(session, slices[0] ?? 0, { put: [drawing(0, 5)] })
    edit(session, slices[0] ?? 0, { action: 'brush', put: [drawing(5, 9)] })
    session.undo()
    expect(session.store.journal.state()).toEqual({ undo: 'draw', redo: 'brush' })

    edit(session, slices[1] ?? 0, { action: 'polygon', put: [drawing(1, 2)] })

    expect(session.store.journal.state()).toEqual({ undo: 'polygon', redo: null })
    expect(session.redo()).toBeNull()
  })

  it('count the revision of a slice up, also backwards, and no other one', async () => {
    const { session, slices } = await smallProject()
    const revisions = (): number[] => session.store.slices.summaries().map(({ revision }) => revision)

    edit(session, slices[1] ?? 0, { put: [drawing(0, 5)] })
    expect(revisions()).toEqual([0, 1, 0])
    session.undo()
    expect(revisions()).toEqual([0, 2, 0])
    session.redo()
    expect(revisions()).toEqual([0, 3, 0])
  })

  it('take steps that belong together at once', async () => {
    const { folder, session, slices } = await smallProject()
    const before = stored(folder)
    let joins: number | null = null
    for (const slice of slices) {
      const step: { readonly id: number | null } = session.act(
        'propagate',
        { slices: [slice], joins },
        store => store.annotations.put(slice, { ...drawing(0, 4), box: null, areaPx: 4 }),
      )
      joins = step.id
    }
    const after = stored(folder)

    expect(session.undo()).toMatchObject({ action: 'propagate', slices })
    expect(stored(folder)).toEqual(before)
    expect(session.undo()).toBeNull()
    session.redo()
    expect(stored(folder)).toEqual(after)
  })

  it('leave hiding, locking and opacity alone, which are no deeds', async () => {
    const { session } = await smallProject()
    changeLabel(session, 1, { name: 'Nerve root' })
    changeLabel(session, 1, { isHidden: true, isLocked: true, opacity: 0.25 })

    session.undo()

    const looks = { isHidden: true, isLocked: true, opacity: 0.25 }
    expect(session.store.labels.get(1)).toMatchObject({ name: 'Nerve', ...looks })
    expect(session.store.journal.state()).toEqual({ undo: null, redo: 'label-change' })
  })
})

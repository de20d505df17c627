import type { Database } from 'better-sqlite3'
import * as z from 'zod'
import type { UndoState } from '../../../shared/domain/project'
import { EditAction } from '../../../shared/domain/project'
import { changesBetween, createRowChanges, RowChange } from '../row-changes'

/** What an action may change. */
export interface ActionScope {
  /** Slices whose annotations, state, window or prediction it may change */
  readonly slices: readonly number[]
  /** Slices that look different afterwards, though nothing of theirs is changed, such as by a label's colour */
  readonly redrawn?: readonly number[]
  /** The step that this one belongs to: both are undone at once, if nothing came in between */
  readonly joins?: number | null
}

export interface JournalStep {
  readonly action: EditAction
  /** Slices that look different now; their revision went up */
  readonly slices: readonly number[]
  /** Whether label classes are different now */
  readonly labelsChanged: boolean
}

export interface RecordedStep<T> extends JournalStep {
  /** null where nothing was changed */
  readonly id: number | null
  readonly result: T
}

/** Undo and redo over everything, also after a restart. Every method is one transaction. */
export interface JournalRepository {
  /** Runs an action and remembers what it changed. What was undone before can then no longer be done again. */
  record<T>(action: EditAction, scope: ActionScope, work: () => T): RecordedStep<T>
  /** @returns null where there is nothing to undo */
  undo(): JournalStep | null
  redo(): JournalStep | null
  /** false once a step is undone, or dropped */
  isDone(step: number): boolean
  state(): UndoState
}

interface Row {
  readonly id: number
  readonly action: string
  readonly slices: string
  readonly changes: string
}

/** Steps that are kept: days of work, in a few megabytes. */
const longestHistory = 1000

const Changes = z.array(RowChange)
const SliceIds = z.array(z.int())

export function createJournalRepository(db: Database): JournalRepository {
  const rows = createRowChanges(db)
  const steps = createStepRows(db)
  const touch = db.prepare<[string]>(
    'UPDATE slices SET revision = revision + 1 WHERE id IN (SELECT value FROM json_each(?))',
  )
  const travel = (row: Row | undefined, side: 'before' | 'after'): JournalStep | null => {
    if (!row) return null
    const changes = Changes.parse(JSON.parse(row.changes))
    const slices = SliceIds.parse(JSON.parse(row.slices))
    rows.apply(changes, side)
    touch.run(row.slices)
    steps.mark(row.id, side === 'before')
    return { action: EditAction.parse(row.action), slices, labelsChanged: changes.some(isOfLabel) }
  }
  return {
    record: (action, { slices, redrawn = [], joins = null }, work) =>
      db.transaction(() => {
        const before = rows.snapshot(slices)
        const result = work()
        const changes = changesBetween(before, rows.snapshot(slices))
        if (changes.length === 0) return { id: null, action, slices: [], labelsChanged: false, result }
        const touched = [...new Set([...changes.flatMap(sliceOf), ...redrawn])]
        touch.run(JSON.stringify(touched))
        const id = steps.store({ action, slices: touched, changes }, joins)
        return { id, action, slices: touched, labelsChanged: changes.some(isOfLabel), result }
      })(),
    undo: () => db.transaction(() => travel(steps.lastDone(), 'before'))(),
    redo: () => db.transaction(() => travel(steps.firstUndone(), 'after'))(),
    isDone: step => steps.isDone(step),
    state: () => ({ undo: steps.undoAction(), redo: steps.redoAction() }),
  }
}

interface NewStep {
  readonly action: EditAction
  readonly slices: readonly number[]
  readonly changes: readonly RowChange[]
}

interface StepRows {
  lastDone(): Row | undefined
  firstUndone(): Row | undefined
  isDone(id: number): boolean
  undoAction(): EditAction | null
  redoAction(): EditAction | null
  mark(id: number, isUndone: boolean): void
  /** Drops what could be done again. @param joins - the step to make longer, where it is the last one. @returns its id */
  store(step: NewStep, joins: number | null): number
}

function createStepRows(db: Database): StepRows {
  const last = 'FROM journal WHERE is_undone = 0 ORDER BY id DESC LIMIT 1'
  const next = 'FROM journal WHERE is_undone = 1 ORDER BY id LIMIT 1'
  const lastDone = db.prepare<[], Row>(`SELECT * ${last}`)
  const firstUndone = db.prepare<[], Row>(`SELECT * ${next}`)
  const undoAction = db.prepare<[], string>(`SELECT action ${last}`).pluck()
  const redoAction = db.prepare<[], string>(`SELECT action ${next}`).pluck()
  const done = db.prepare<[number], number>('SELECT id FROM journal WHERE id = ? AND is_undone = 0').pluck()
  const mark = db.prepare<[number, number]>('UPDATE journal SET is_undone = ? WHERE id = ?')
  const dropRedo = db.prepare('DELETE FROM journal WHERE is_undone = 1')
  const dropOld = db.prepare<[number]>('DELETE FROM journal WHERE id <= ?')
  const insert = db.prepare<[string, string, string, string]>(
    'INSERT INTO journal (action, at, slices, changes) VALUES (?, ?, ?, ?)',
  )
  const extend = db.prepare<[string, string, number]>(
    'UPDATE journal SET slices = ?, changes = ? WHERE id = ?',
  )
  const join = (row: Row, { slices, changes }: NewStep): number => {
    const all = new Set([...SliceIds.parse(JSON.parse(row.slices)), ...slices])
    const together = [...Changes.parse(JSON.parse(row.changes)), ...changes]
    extend.run(JSON.stringify([...all]), JSON.stringify(together), row.id)
    return row.id
  }
  return {
    lastDone: () => lastDone.get(),
    firstUndone: () => firstUndone.get(),
    isDone: id => done.get(id) !== undefined,
    undoAction: () => actionOf(undoAction.get()),
    redoAction: () => actionOf(redoAction.get()),
    mark: (id, isUndone) => void mark.run(Number(isUndone), id),
    store: (step, joins) => {
      dropRedo.run()
      const before = joins === null ? undefined : lastDone.get()
      if (before && before.id === joins) return join(before, step)
      const { action, slices, changes } = step
      const texts = [new Date().toISOString(), JSON.stringify(slices), JSON.stringify(changes)] as const
      const id = Number(insert.run(action, ...texts).lastInsertRowid)
      dropOld.run(id - longestHistory)
      return id
    },
  }
}

const actionOf = (text: string | undefined): EditAction | null =>
  text === undefined ? null : EditAction.parse(text)

const isOfLabel = ({ table }: RowChange): boolean => table === 'label_classes'

/** A prompt changes together with its annotation, and a label class lies on no slice. */
function sliceOf({ table, key, before, after }: RowChange): number[] {
  if (table === 'slices' || table === 'predictions') return [key]
  return table === 'annotations' ? [Number((after ?? before)?.['slice_id'])] : []
}

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
  const lastDone = 'FROM journal WHERE is_undone = 0 ORDER BY id DESC LIMIT 1'
  const firstUndone = 'FROM journal WHERE is_undone = 1 ORDER BY id LIMIT 1'
  const toUndo = db.prepare<[], Row>(`SELECT * ${lastDone}`)
  const toRedo = db.prepare<[], Row>(`SELECT * ${firstUndone}`)
  const undoAction = db.prepare<[], string>(`SELECT action ${lastDone}`).pluck()
  const redoAction = db.prepare<[], string>(`SELECT action ${firstUndone}`).pluck()
  const mark = db.prepare<[number, number]>('UPDATE journal SET is_undone = ? WHERE id = ?')
  const dropRedo = db.prepare('DELETE FROM journal WHERE is_undone = 1')
  const dropOld = db.prepare<[number]>('DELETE FROM journal WHERE id <= ?')
  const insert = db.prepare<[string, string, string, string]>(
    'INSERT INTO journal (action, at, slices, changes) VALUES (?, ?, ?, ?)',
  )
  const extend = db.prepare<[string, string, number]>(
    'UPDATE journal SET slices = ?, changes = ? WHERE id = ?',
  )
  const touch = db.prepare<[string]>(
    'UPDATE slices SET revision = revision + 1 WHERE id IN (SELECT value FROM json_each(?))',
  )

  const store = (action: EditAction, slices: readonly number[], changes: readonly RowChange[]): number => {
    const at = new Date().toISOString()
    const { lastInsertRowid } = insert.run(action, at, JSON.stringify(slices), JSON.stringify(changes))
    const id = Number(lastInsertRowid)
    dropOld.run(id - longestHistory)
    return id
  }

  const join = (last: Row, slices: readonly number[], changes: readonly RowChange[]): number => {
    const all = new Set([...SliceIds.parse(JSON.parse(last.slices)), ...slices])
    const together = [...Changes.parse(JSON.parse(last.changes)), ...changes]
    extend.run(JSON.stringify([...all]), JSON.stringify(together), last.id)
    return last.id
  }

  const step = (row: Row | undefined, side: 'before' | 'after'): JournalStep | null => {
    if (!row) return null
    const changes = Changes.parse(JSON.parse(row.changes))
    const slices = SliceIds.parse(JSON.parse(row.slices))
    rows.apply(changes, side)
    touch.run(JSON.stringify(slices))
    mark.run(side === 'before' ? 1 : 0, row.id)
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
        dropRedo.run()
        const last = joins === null ? undefined : toUndo.get()
        const id = last?.id === joins && last ? join(last, touched, changes) : store(action, touched, changes)
        return { id, action, slices: touched, labelsChanged: changes.some(isOfLabel), result }
      })(),
    undo: () => db.transaction(() => step(toUndo.get(), 'before'))(),
    redo: () => db.transaction(() => step(toRedo.get(), 'after'))(),
    state: () => ({ undo: actionOf(undoAction.get()), redo: actionOf(redoAction.get()) }),
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

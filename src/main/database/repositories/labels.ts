import type { Database } from 'better-sqlite3'
import type { LabelClass } from '../../../shared/domain/label-class'
import { labelColours } from '../../../shared/domain/label-class'

export interface LabelsRepository {
  list(): LabelClass[]
  get(id: number): LabelClass | null
  byName(name: string): LabelClass | null
  /** The colour that is used least, and the first free digit */
  add(name: string): LabelClass
  change(id: number, change: Partial<Omit<LabelClass, 'id'>>): void
  /** Its annotations must be gone */
  remove(id: number): void
}

interface Row extends Pick<LabelClass, 'id' | 'name' | 'colour' | 'key' | 'opacity'> {
  readonly is_hidden: number
  readonly is_locked: number
}

const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9]

export function createLabelsRepository(db: Database): LabelsRepository {
  const all = db.prepare<[], Row>('SELECT * FROM label_classes ORDER BY id')
  const byId = db.prepare<[number], Row>('SELECT * FROM label_classes WHERE id = ?')
  const byName = db.prepare<[string], Row>('SELECT * FROM label_classes WHERE name = ? ORDER BY id LIMIT 1')
  const insert = db.prepare<[string, number, number | null]>(
    'INSERT INTO label_classes (name, colour, key) VALUES (?, ?, ?)',
  )
  const freeKey = db.prepare<[number, number]>(
    'UPDATE label_classes SET key = NULL WHERE key = ? AND id <> ?',
  )
  const update = db.prepare<[string, number, number | null, number, number, number | null, number]>(
    `UPDATE label_classes SET name = ?, colour = ?, key = ?, is_hidden = ?, is_locked = ?, opacity = ?
     WHERE id = ?`,
  )
  const remove = db.prepare<[number]>('DELETE FROM label_classes WHERE id = ?')
  const get = (id: number): LabelClass | null => optional(byId.get(id))
  return {
    list: () => all.all().map(labelOf),
    get,
    byName: name => optional(byName.get(name)),
    add: name => {
      const labels = all.all()
      const key = digits.find(digit => labels.every(label => label.key !== digit)) ?? null
      const colour = rarestColour(labels)
      const id = Number(insert.run(name, colour, key).lastInsertRowid)
      return { id, name, colour, key, isHidden: false, isLocked: false, opacity: null }
    },
    change: (id, change) => {
      const label = get(id)
      if (!label) return
      const { name, colour, key, isHidden, isLocked, opacity } = { ...label, ...change }
      if (key !== null) freeKey.run(key, id)
      update.run(name, colour, key, Number(isHidden), Number(isLocked), opacity, id)
    },
    remove: id => void remove.run(id),
  }
}

function rarestColour(labels: readonly Row[]): number {
  const uses = Array.from(
    { length: labelColours },
    (_, index) => labels.filter(label => label.colour === index + 1).length,
  )
  return uses.indexOf(Math.min(...uses)) + 1
}

const optional = (row: Row | undefined): LabelClass | null => (row ? labelOf(row) : null)

function labelOf({ is_hidden, is_locked, ...label }: Row): LabelClass {
  return { ...label, isHidden: is_hidden === 1, isLocked: is_locked === 1 }
}

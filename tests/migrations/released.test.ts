import { copyFileSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrations } from '../../src/main/database/migrations'
import { openDatabase } from '../../src/main/database/open-database'
import { openProjectStore } from '../../src/main/database/project-store'
import { folderWith } from '../unit/main/support/folders'

const fixtures = join(import.meta.dirname, '../fixtures/database')
const released = migrations.map(({ version }) => version)

function copyOf(version: number): string {
  const file = join(folderWith({}), 'project.sqlite')
  copyFileSync(join(fixtures, `v${String(version).padStart(4, '0')}.sqlite`), file)
  return file
}

const schema = 'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'

describe('databases of every form', () => {
  it('have a fixture each: make one by tests/migrations/make-fixture.ts', () => {
    expect(readdirSync(fixtures).sort()).toEqual(
      released.map(version => `v${String(version).padStart(4, '0')}.sqlite`),
    )
  })

  it.each(released)('open, version %i, with everything that was in them', version => {
    const file = copyOf(version)

    const store = openProjectStore(file)

    expect(store.project.get().name).toBe('Fixture')
    expect(store.labels.list()).toMatchObject([{ id: 1, name: 'Nerve', colour: 1, key: 1 }])
    expect(store.series.list()).toMatchObject([{ path: 'images/one.nii.gz', group: 'patient 1', planes: 2 }])
    expect(store.slices.summaries()).toMatchObject([
      { id: 1, plane: 0, state: 'to-do', objects: 1 },
      { id: 2, plane: 1, state: 'nothing-here', objects: 0 },
    ])
    expect(store.slices.get(2)).toMatchObject({ window: { centre: 40, width: 400 }, stateBy: 'A. Reader' })
    expect(store.annotations.ofSlice(1)).toMatchObject([
      {
        ...{ runs: [1, 2, 2, 2, 1], areaPx: 4, predictedIou: 0.9, origin: 'model' },
        prompt: { box: { x0: 1, y0: 0, x1: 2, y1: 1 }, points: [{ x: 1, y: 1, sign: 'positive' }] },
      },
    ])
    expect(store.journal.undo()).toMatchObject({ action: 'set-state', slices: [2] })
    expect(store.journal.undo()).toMatchObject({ action: 'box', slices: [1] })
    expect(store.slices.summaries().map(({ state, objects }) => [state, objects])).toEqual([
      ['to-do', 0],
      ['to-do', 0],
    ])
    store.close()
    expect(existsSync(`${file}.v${version}-backup`)).toBe(version < released.length)
  })

  it.each(released)('end in the same form, version %i, as one that is made new', version => {
    const migrated = openDatabase(copyOf(version))
    const made = openDatabase(join(folderWith({}), 'project.sqlite'), { create: true })

    expect(migrated.prepare(schema).all()).toEqual(made.prepare(schema).all())
    for (const database of [migrated, made]) database.close()
  })

  it('is marked as ours', () => {
    const database = new Database(copyOf(1), { readonly: true })

    expect(database.pragma('application_id', { simple: true })).toBe(0x534c544e)
    database.close()
  })
})

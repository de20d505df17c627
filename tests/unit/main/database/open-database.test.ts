import { copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { migrate } from '../../../../src/main/database/migrate'
import { migrations } from '../../../../src/main/database/migrations'
import { openDatabase } from '../../../../src/main/database/open-database'
import { folderWith } from '../support/folders'

const known = migrations.length

function made(): string {
  const file = join(folderWith({}), 'project.sqlite')
  openDatabase(file, { create: true }).close()
  return file
}

describe('the database of a project', () => {
  it('is strict, checks its references, and syncs what it is told to keep', () => {
    const database = openDatabase(made())

    expect(database.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(database.pragma('foreign_keys', { simple: true })).toBe(1)
    expect(database.pragma('synchronous', { simple: true })).toBe(2)
    expect(database.pragma('user_version', { simple: true })).toBe(known)
    const tables = database.prepare<[], { name: string; strict: number }>(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'",
    )
    expect(tables.all().filter(({ strict }) => strict === 0)).toEqual([])
    database.close()
  })

  it('has steps that are numbered from one without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
  })

  it('of a newer SliceTune is refused with both versions, and left alone', () => {
    const file = made()
    const newer = new Database(file)
    newer.pragma('user_version = 999')
    newer.close()
    const bytes = readFileSync(file)

    expect(() => openDatabase(file)).toThrow(
      expect.objectContaining({ code: 'PROJECT_TOO_NEW', data: { file, found: 999, known } }),
    )
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it.each([
    [
      'text',
      Buffer.from('hello, this is no database at all, but long enough to be looked at'),
      'NOT_A_PROJECT',
    ],
    ['random bytes', Buffer.alloc(5000, 0xa7), 'NOT_A_PROJECT'],
  ])('that is %s is refused', (_, bytes, code) => {
    const file = join(folderWith({ 'project.sqlite': bytes }), 'project.sqlite')

    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code }))
    expect(readFileSync(file).equals(bytes)).toBe(true)
  })

  it('of another program is refused and not migrated', () => {
    const file = join(folderWith({}), 'project.sqlite')
    const other = new Database(file)
    other.exec('CREATE TABLE photos (id INTEGER)')
    other.close()

    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'NOT_A_PROJECT' }))
    const again = new Database(file)
    expect(again.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['photos'])
    again.close()
  })

  it('with damaged pages is refused as damaged', () => {
    const file = made()
    const bytes = readFileSync(file)
    bytes.fill(0xee, 100, 4096) // the page of the schema, behind the header
    writeFileSync(file, bytes)

    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }))
  })

  it('is made only where that is asked for', () => {
    const file = join(folderWith({}), 'project.sqlite')

    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'NOT_A_PROJECT' }))
    expect(existsSync(file)).toBe(false)
  })
})

const next = { version: known + 1, sql: 'CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT;' }

describe('a migration', () => {
  it('keeps a copy of what was there, journal included', () => {
    const file = made()
    const database = openDatabase(file)
    database.prepare("INSERT INTO settings VALUES ('model', '\"mine\"')").run()

    migrate(database, file, 'edit', [...migrations, next])

    expect(database.pragma('user_version', { simple: true })).toBe(known + 1)
    const copy = new Database(`${file}.v${known}-backup`, { readonly: true })
    expect(copy.prepare('SELECT value FROM settings').pluck().get()).toBe('"mine"')
    expect(copy.pragma('user_version', { simple: true })).toBe(known)
    copy.close()
    database.close()
  })

  it('never writes over an older copy', () => {
    const file = made()
    copyFileSync(file, `${file}.v${known}-backup`)
    const database = openDatabase(file)

    migrate(database, file, 'edit', [...migrations, next])

    expect(existsSync(`${file}.v${known}-backup-2`)).toBe(true)
    database.close()
  })

  it.runIf(process.platform !== 'win32')('makes no copy where a link leads', () => {
    const file = made()
    const elsewhere = join(folderWith({}), 'made.sqlite')
    symlinkSync(elsewhere, `${file}.v${known}-backup`)
    const database = openDatabase(file)

    migrate(database, file, 'edit', [...migrations, next])

    expect(existsSync(elsewhere)).toBe(false)
    expect(existsSync(`${file}.v${known}-backup-2`)).toBe(true)
    database.close()
  })

  it('that fails leaves everything as it was', () => {
    const file = made()
    const database = openDatabase(file)
    const broken = { version: known + 1, sql: `${next.sql} INSERT INTO nowhere VALUES (1);` }

    expect(() => migrate(database, file, 'edit', [...migrations, broken])).toThrow('no such table')

    expect(database.pragma('user_version', { simple: true })).toBe(known)
    expect(database.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'").pluck().get()).toBe(0)
    database.close()
  })

  it('is not begun where a project is only looked at', () => {
    const file = made()
    const database = openDatabase(file, { mode: 'look' })

    expect(() => migrate(database, file, 'look', [...migrations, next])).toThrow(
      expect.objectContaining({ code: 'READ_ONLY_PROJECT' }),
    )
    database.close()
  })
})

import type { Database } from 'better-sqlite3'
import { AppError } from '../../../shared/errors'

export interface ProjectRow {
  readonly uuid: string
  readonly name: string
  readonly createdAt: string
}

export interface ProjectRepository {
  get(): ProjectRow
  create(row: ProjectRow): void
  rename(name: string): void
}

export function createProjectRepository(db: Database): ProjectRepository {
  const select = db.prepare<[], ProjectRow>('SELECT uuid, name, created_at AS createdAt FROM project')
  const insert = db.prepare<[string, string, string]>(
    'INSERT INTO project (id, uuid, name, created_at) VALUES (1, ?, ?, ?)',
  )
  const update = db.prepare<[string]>('UPDATE project SET name = ?')
  return {
    get: () => {
      const row = select.get()
      if (!row) throw new AppError('NOT_A_PROJECT', { file: db.name })
      return row
    },
    create: ({ uuid, name, createdAt }) => {
      insert.run(uuid, name, createdAt)
    },
    rename: name => {
      update.run(name)
    },
  }
}

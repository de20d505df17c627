import type { Database } from 'better-sqlite3'
import type * as z from 'zod'

/** What holds for this project, by key; each value is JSON of a schema that the caller names. */
export interface SettingsRepository {
  /** null where it was never set, or is no longer of this form */
  get<S extends z.ZodType>(key: string, schema: S): z.infer<S> | null
  set(key: string, value: unknown): void
}

export function createSettingsRepository(db: Database): SettingsRepository {
  const select = db.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck()
  const upsert = db.prepare<[string, string]>(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  return {
    get: (key, schema) => {
      const text = select.get(key)
      return text === undefined ? null : (schema.safeParse(JSON.parse(text)).data ?? null)
    },
    set: (key, value) => {
      upsert.run(key, JSON.stringify(value))
    },
  }
}

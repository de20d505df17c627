/** One step of the database's form: its number is that of its file, its text plain SQL. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

// Part of the build, so that no door has to find the files beside itself.
const files = import.meta.glob<string>('./migrations/*.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** All of them, in the order in which they are applied. A released one is never edited. */
export const migrations: readonly Migration[] = Object.entries(files)
  .map(([file, sql]) => ({ version: Number.parseInt(file.slice(file.lastIndexOf('/') + 1), 10), sql }))
  .sort((a, b) => a.version - b.version)

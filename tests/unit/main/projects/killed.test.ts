import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../support/folders'
import { spawnSource } from '../support/run-source'
import { openProjectsIn, smallProject } from '../support/small-project'
import { digestOf, doDeed } from './programs/deeds'

const kills = Number(process.env['KILLS'] ?? 3)
const deeds = 300

const program = join(import.meta.dirname, 'programs', 'annotate.ts')

/** @returns the number of the last deed that the program said was done; -1: none */
async function annotateUntilKilled(home: string, folder: string, milliseconds: number): Promise<number> {
  const child = spawnSource(program, [home, folder, String(deeds)])
  let [said, complaints] = ['', '']
  const ended = new Promise(resolve => child.once('close', resolve))
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  await new Promise<void>(resolve => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      resolve()
    })
    child.once('close', () => resolve())
  })
  await after(milliseconds)
  child.kill('SIGKILL')
  await ended
  expect(said.startsWith('edit\n'), complaints).toBe(true)
  return Number(said.trimEnd().split('\n').at(-1)?.replace('edit', '-1'))
}

describe('a process that is killed while it annotates', () => {
  it(
    `loses at most what it was about to do, ${kills} times over`,
    async () => {
      const { folder: original, projects } = await smallProject()
      await projects.dispose()
      const reference = await smallProject()
      const digests = [digestOf(reference.folder)]
      for (let number = 0; number < deeds; number++) {
        doDeed(reference.session, number)
        digests.push(digestOf(reference.folder))
      }
      const struck: number[] = []

      for (let kill = 0; kill < kills; kill++) {
        const home = folderWith({})
        const folder = join(home, 'copy')
        cpSync(original, folder, { recursive: true })

        const last = await annotateUntilKilled(home, folder, Math.random() * 900)

        struck.push(last)
        const session = await (await openProjectsIn(home)).open(folder)
        expect(session.mode).toBe('edit')
        expect(digests.slice(last + 1, last + 3)).toContain(digestOf(folder))
        const checked = new Database(join(folder, 'project.sqlite'), { readonly: true })
        expect(checked.pragma('integrity_check', { simple: true })).toBe('ok')
        expect(checked.pragma('foreign_key_check')).toEqual([])
        checked.close()
        if (session.store.journal.state().undo !== null) expect(session.undo()).not.toBeNull()
      }
      expect(
        struck.some(last => last >= 0 && last < deeds - 1),
        `struck after ${struck.join(', ')}`,
      ).toBe(true)
    },
    60_000 + kills * 20_000,
  )
})

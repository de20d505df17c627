import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { ProjectChange } from '../../../../src/shared/contract/projects'
import { describeSlice } from '../../../../src/main/projects/describe-slice'
import { addLabel } from '../../../../src/main/projects/edit-labels'
import { folderWith } from '../support/folders'
import { runSource, spawnSource } from '../support/run-source'
import { openProjectsIn, smallProject } from '../support/small-project'

const program = (name: string): string => join(import.meta.dirname, 'programs', name)
const isRoot = process.getuid?.() === 0
/** Somebody who owns nothing here */
const nobody = 65_534

describe('a project that another process works in', () => {
  it('is looked at, follows what the other one does, and refuses to be changed', async () => {
    const { home, folder, projects } = await smallProject()
    await projects.dispose()
    const other = spawnSource(program('annotate.ts'), [home, folder, '100000'])
    await new Promise(resolve => other.stdout?.once('data', resolve))
    try {
      const session = await (await openProjectsIn(folderWith({}))).open(folder)

      expect(await session.describe()).toMatchObject({ mode: 'look', lookReason: 'in-use' })
      expect(() => addLabel(session, 'Refused')).toThrow(
        expect.objectContaining({ code: 'READ_ONLY_PROJECT' }),
      )
      const seen: ProjectChange['kind'][] = []
      for await (const { kind } of session.changes.subscribe()) {
        seen.push(kind)
        if (seen.length === 3) break
      }
      expect(seen).toEqual(['slices-added', 'labels', 'undo'])
    } finally {
      const ended = new Promise(resolve => other.once('close', resolve))
      other.kill('SIGKILL')
      await ended
    }
    const session = await (await openProjectsIn(folderWith({}))).open(folder)
    expect((await session.describe()).mode).toBe('edit')
  })

  it('on another computer is looked at as long as that one renews its lock', async () => {
    const { folder, projects } = await smallProject()
    await projects.dispose()
    const lock = join(folder, '.lock')
    writeFileSync(lock, '4711 another-computer 99\n')

    const now = await openProjectsIn(folderWith({}))
    expect((await now.open(folder)).mode).toBe('look')
    await now.dispose()

    const longAgo = new Date(Date.now() - 3_600_000)
    utimesSync(lock, longAgo, longAgo)
    const later = await openProjectsIn(folderWith({}))
    expect((await later.open(folder)).mode).toBe('edit')
  })
})

describe('a project that cannot be written to', () => {
  it.runIf(process.platform !== 'win32')('is looked at, and nothing is written beside it', async () => {
    const { folder, home, projects } = await smallProject()
    await projects.dispose()
    const before = readdirSync(folder)
    chmodSync(home, 0o755)
    chmodSync(folder, 0o555)
    const otherHome = folderWith({})
    chmodSync(otherHome, 0o777)
    try {
      const { stdout, stderr } = await runSource(
        program('look.ts'),
        [otherHome, folder],
        isRoot ? nobody : undefined,
      )

      expect(stderr).toBe('')
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ mode: 'look', lookReason: 'read-only', refusal: 'READ_ONLY_PROJECT' },
        counts: { 'to-do': 3 },
      })
      expect(readdirSync(folder)).toEqual(before)
    } finally {
      chmodSync(folder, 0o755)
    }
  })
})

describe('a project folder', () => {
  it('goes on working where it was moved to, with its pixels', async () => {
    const { home, folder, projects } = await smallProject()
    await projects.dispose()
    const moved = join(folderWith({}), 'elsewhere')
    cpSync(folder, moved, { recursive: true })
    rmSync(folder, { recursive: true })

    const session = await (await openProjectsIn(home)).open(moved)

    expect((await session.describe()).series.map(({ missing }) => missing)).toEqual([null, null, null])
    expect((await describeSlice(session, 1)).range).toEqual([0, 200])
  })

  it('that is moved while it is open says that nothing is saved any more, and opens where it is now', async () => {
    const { folder, projects, session } = await smallProject()
    const moved = join(folderWith({}), 'elsewhere')
    renameSync(folder, moved)

    expect(() => addLabel(session, 'Lost')).toThrow(expect.objectContaining({ code: 'NOT_SAVED' }))
    await projects.close(session.id)
    const again = await projects.open(moved)

    expect(again.mode).toBe('edit')
    expect(addLabel(again, 'Kept').map(({ name }) => name)).toEqual(['Nerve', 'Kept'])
  })

  it('that is removed while it is open says that nothing is saved any more', async () => {
    const { folder, session } = await smallProject()
    rmSync(folder, { recursive: true })

    expect(() => addLabel(session, 'Lost')).toThrow(expect.objectContaining({ code: 'NOT_SAVED' }))
  })

  it('with a damaged table is refused as damaged, and can be opened once it is mended', async () => {
    const { folder, projects, session } = await smallProject()
    await projects.close(session.id)
    const file = join(folder, 'project.sqlite')
    const good = readFileSync(file)
    writeFileSync(file, Buffer.from(good).fill(0xee, 2 * 4096))

    await expect(projects.open(folder)).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
    expect(projects.all()).toEqual([])
    writeFileSync(file, good)

    expect((await projects.open(folder)).mode).toBe('edit')
  })

  it('says that it is damaged where what it holds is none of ours', async () => {
    const { folder, session } = await smallProject()
    const edited = new Database(join(folder, 'project.sqlite'))
    edited.exec(`INSERT INTO journal (action, at, slices, changes) VALUES ('juggle', '', '', '')`)
    edited.close()

    await expect(session.describe()).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  it('is opened once, also under two names and twice at a time', async () => {
    const { folder, projects, session } = await smallProject()
    const again = await Promise.all([projects.open(folder), projects.open(join(folder, 'project.sqlite'))])

    expect(again.map(({ id }) => id)).toEqual([session.id, session.id])

    await projects.close(session.id)
    expect(existsSync(join(folder, '.lock'))).toBe(false)
    expect(() => projects.get(session.id)).toThrow(expect.objectContaining({ code: 'PROJECT_NOT_OPEN' }))
    expect((await projects.open(folder)).id).not.toBe(session.id)
  })

  it('says which of its files is not there any more', async () => {
    const { folder, session } = await smallProject()
    renameSync(join(folder, 'images/image-1.png'), join(folder, 'images/gone.png'))

    const { series } = await session.describe()

    expect(series.map(({ missing }) => missing?.includes('image-1.png') ?? null)).toEqual([null, true, null])
    await expect(describeSlice(session, 2)).rejects.toMatchObject({
      ...{ code: 'FILE_NOT_FOUND', data: { file: join(session.folder, 'images/image-1.png') } },
    })
    renameSync(join(folder, 'images/gone.png'), join(folder, 'images/image-1.png'))
    expect((await describeSlice(session, 2)).range).toEqual([0, 201])
  })

  it('is never made over another project', async () => {
    const { folder, projects } = await smallProject()

    await expect(projects.create('Another', folder)).rejects.toMatchObject({ code: 'PROJECT_EXISTS' })
  })

  it('is named after the project where no folder was given', async () => {
    const { home, projects } = await smallProject()

    const first = await projects.create('Café: 肝脏/2', null)
    const second = await projects.create('Café: 肝脏/2', null)

    expect([first.folder, second.folder].map(path => path.slice(path.lastIndexOf('projects')))).toEqual([
      join('projects', 'Café_ 肝脏_2'),
      join('projects', 'Café_ 肝脏_2 2'),
    ])
    expect(first.folder.includes(home.slice(-6))).toBe(true)
  })
})

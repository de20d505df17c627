import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { receiveUpload } from '../../../../src/main/doors/http/upload'
import { exporters } from '../../../../src/main/exporters'
import { exportsFolder, runExport } from '../../../../src/main/exporters/run-export'
import { zipExport } from '../../../../src/main/exporters/zip-export'
import { findAppRoot } from '../../../../src/main/files/app-root'
import { modelFolders } from '../../../../src/main/files/model-folders'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { removeModel } from '../../../../src/main/trainings/project-models'
import { discProject, shortRun, trainingsOf, watched } from '../trainings/disc-project'
import { folderWith, pngWith } from '../support/folders'
import { openProjectsIn, smallProject } from '../support/small-project'

/** Somebody's folder, to which a link in a project leads. */
const theirs = () =>
  folderWith({ 'thesis.txt': 'years of work', 'out/thesis.txt': '', 'data/thesis.txt': '' })

const untouched = ['data', 'data/thesis.txt', 'out', 'out/thesis.txt', 'thesis.txt']

const everythingIn = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort()

const refusal = (file: string) =>
  expect.objectContaining({ code: 'LINK_IN_PROJECT', data: { file } }) as Error

const wishes = { preset: 'quick', changes: shortRun, name: null, allowSharedGroup: false } as const

async function done(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

/** A run that was paused after its first epoch. */
async function pausedRun(): Promise<{ session: ProjectSession; run: number; folder: string }> {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const { id } = trainings.start(session, wishes)
  await watched(trainings.watch(session, id), ({ event }) => {
    if (event === 'epoch') trainings.pause(session, id)
  })
  expect(session.store.runs.get(id)?.state).toBe('paused')
  return { session, run: id, folder: join(session.folder, 'runs', String(id)) }
}

/** What a hostile project has where a folder of its own should be: a link to a folder with the same in it. */
function replaceByLink(folder: string): string {
  const elsewhere = folderWith({})
  cpSync(folder, elsewhere, { recursive: true })
  rmSync(folder, { recursive: true })
  symlinkSync(elsewhere, folder, 'junction')
  return elsewhere
}

describe('a link in a project to a folder elsewhere', () => {
  it('named runs gets no run', async () => {
    const session = await discProject({ done: 4 })
    const elsewhere = theirs()
    symlinkSync(elsewhere, join(session.folder, 'runs'), 'junction')

    expect(() => trainingsOf().start(session, wishes)).toThrow(refusal(join(session.folder, 'runs')))

    expect(session.store.runs.list()).toEqual([])
    expect(everythingIn(elsewhere)).toEqual(untouched)
  })

  it('within a run lets it neither go on nor be removed with what is there', async () => {
    const { session, run, folder } = await pausedRun()
    const dated = join(folder, 'out', readdirSync(join(folder, 'out'))[0] ?? '')
    mkdirSync(join(dated, 'embeddings'), { recursive: true })
    const trainings = trainingsOf()

    for (const link of [
      folder,
      join(folder, 'out'),
      join(folder, 'data'),
      dated,
      join(dated, 'embeddings'),
    ]) {
      const elsewhere = replaceByLink(link)
      writeFileSync(join(elsewhere, 'thesis.txt'), 'years of work')
      const before = everythingIn(elsewhere)

      // Said at once where the run itself is a link, else when it begins to work.
      const going = async () => {
        trainings.resume(session, run)
        await watched(trainings.watch(session, run))
        return session.store.runs.get(run)?.error
      }
      const refused: unknown = await going().catch((error: unknown) => error)
      const message = expect.stringContaining(link) as string
      expect(refused).toMatchObject({ code: 'LINK_IN_PROJECT', message })
      if (link === folder) await expect(trainings.remove(session, run)).rejects.toEqual(refusal(link))
      expect(everythingIn(elsewhere)).toEqual(before)
      rmSync(link, { recursive: true })
      cpSync(elsewhere, link, { recursive: true })
    }
    const elsewhere = replaceByLink(join(folder, 'out'))
    await trainings.remove(session, run)

    expect(existsSync(folder)).toBe(false)
    expect(readdirSync(elsewhere)).not.toEqual([])
  })

  it('takes no model with it that is removed', async () => {
    const session = await discProject({ done: 4 })
    const elsewhere = theirs()
    mkdirSync(join(session.folder, 'runs'))
    symlinkSync(elsewhere, join(session.folder, 'runs/1'), 'junction')
    const recipe = { recipe: {} as never, allowSharedGroup: false }
    const runId = session.store.transaction(() => {
      const about = { preset: 'quick', name: 'v1', settings: recipe } as const
      return session.store.runs.add(
        {
          ...about,
          base: 'b',
          plannedEpochs: 1,
          trainSlices: 3,
          valSlices: 1,
          startedAt: new Date().toISOString(),
        },
        () => 'runs/1',
      )
    })
    session.store.versions.put({
      ...{ runId, name: 'v1', file: 'runs/1/out/best.pth', base: 'b', preset: 'quick' },
      ...{ trainSlices: 3, valSlices: 1, metrics: null },
    })
    const folders = { ...modelFolders(findAppRoot().folder), user: folderWith({}) }

    const link = join(session.folder, 'runs/1')
    await expect(removeModel(session, `run:${runId}`, folders)).rejects.toEqual(refusal(link))

    expect(everythingIn(elsewhere)).toEqual(untouched)
  })

  it('named images gets no copy of an import', async () => {
    const { session, folder } = await smallProject(0)
    const elsewhere = theirs()
    symlinkSync(elsewhere, join(folder, 'images'), 'junction')
    const paths = [folderWith({ 'new.png': pngWith(8, 8, [9, 1, 1, 2, 2]) })]
    const work = () => done(importFiles(session, { paths, copy: true }))

    await expect(work()).rejects.toEqual(refusal(join(folder, 'images')))

    expect(everythingIn(elsewhere)).toEqual(untouched)
  })

  it('named uploads gets nothing that is dropped', async () => {
    const { folder } = await smallProject(0)
    const elsewhere = theirs()
    symlinkSync(elsewhere, join(folder, 'uploads'), 'junction')
    const body = new Blob(['x']).stream()

    await expect(receiveUpload({ folder, batch: 'b', name: 'x.png', body, limitBytes: 9 })).rejects.toEqual(
      refusal(join(folder, 'uploads')),
    )

    expect(everythingIn(elsewhere)).toEqual(untouched)
  })

  it('named exports gets no export, and its contents are not handed out', async () => {
    const { session, folder } = await smallProject(1)
    const elsewhere = theirs()
    mkdirSync(join(elsewhere, '.x.0123456789ab.unfinished'))
    symlinkSync(elsewhere, join(folder, 'exports'), 'junction')
    const exporter = exporters.find(({ id }) => id === 'csv')
    if (!exporter) throw new Error('no such format')
    const place = join(exportsFolder(session), 'small-csv')
    const work = () => done(runExport({ session, exporter, options: {}, folder: place, version: '1' }))

    await expect(work()).rejects.toEqual(refusal(join(folder, 'exports')))
    await expect(zipExport(session, 'out')).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })

    expect(everythingIn(elsewhere)).toEqual(['.x.0123456789ab.unfinished', ...untouched])
  })

  it('in the place of an export is not zipped', async () => {
    const { session, folder } = await smallProject(1)
    mkdirSync(join(folder, 'exports'))
    symlinkSync(theirs(), join(folder, 'exports', 'small-csv'), 'junction')

    await expect(zipExport(session, 'small-csv')).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
  })

  it.runIf(process.platform !== 'win32')('named project.sqlite is not opened', async () => {
    const { home, folder, projects } = await smallProject(1)
    await projects.dispose()
    const foreign = folderWith({})
    symlinkSync(join(folder, 'project.sqlite'), join(foreign, 'project.sqlite'))
    const before = readFileSync(join(folder, 'project.sqlite'))

    const again = await openProjectsIn(home)
    await expect(again.open(foreign)).rejects.toEqual(refusal(join(foreign, 'project.sqlite')))

    expect(readFileSync(join(folder, 'project.sqlite')).equals(before)).toBe(true)
    expect(readdirSync(foreign)).toEqual(['project.sqlite'])
  })
})

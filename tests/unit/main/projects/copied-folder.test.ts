import { cpSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeSlice } from '../../../../src/main/projects/describe-slice'
import { importFiles } from '../../../../src/main/projects/import-files'
import { folderWith, pngWith, writeFiles } from '../support/folders'
import { drawing, openProjectsIn, side, smallProject } from '../support/small-project'

async function importAll(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

/** A project with a copied picture, one that lies in its folder and one that lies elsewhere; its folder sent elsewhere. */
async function sent() {
  const { home, folder, projects, session, slices } = await smallProject(1)
  const elsewhere = folderWith({ 'far.png': pngWith(side, side, [9, 1, 1, 2, 2]) })
  writeFiles(folder, { 'own/near.png': pngWith(side, side, [7, 1, 1, 2, 2]) })
  const paths = [join(folder, 'own'), elsewhere]
  await importAll(importFiles(session, { paths, copy: false }))
  const [slice = 0] = slices
  session.act('draw', { slices: [slice] }, store => {
    store.annotations.put(slice, { ...drawing(8, 20), box: null, areaPx: 12 })
  })
  await projects.dispose()
  const there = join(folderWith({}), '寄来的 project')
  cpSync(folder, there, { recursive: true })
  return { home, folder, there, elsewhere }
}

it('opens with all that lies in it where a project was zipped and unzipped elsewhere', async () => {
  const { folder, there, elsewhere } = await sent()
  rmSync(folder, { recursive: true })
  renameSync(join(elsewhere, 'far.png'), join(elsewhere, 'gone.png'))

  const projects = await openProjectsIn(folderWith({}))
  const session = await projects.open(there)

  const { series, mode } = await session.describe()
  expect(mode).toBe('edit')
  expect(series.map(({ name, missing }) => [name, missing === null])).toEqual([
    ['image-0', true],
    ['near', true],
    ['far', false],
  ])
  expect(series[2]?.missing).toContain(join(elsewhere, 'far.png'))
  const [first, near, far] = session.store.slices.summaries()
  expect((await describeSlice(session, first?.id ?? 0)).annotations).toHaveLength(1)
  expect((await describeSlice(session, near?.id ?? 0)).range).toEqual([0, 7])
  await expect(describeSlice(session, far?.id ?? 0)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  expect(session.undo()).not.toBeNull()
})

it('is another project than the one it was copied from, which stays as it is', async () => {
  const { home, folder, there } = await sent()
  const projects = await openProjectsIn(home)
  const [original, copy] = [await projects.open(folder), await projects.open(there)]

  copy.undo()

  expect(copy.id).not.toBe(original.id)
  expect([original.mode, copy.mode]).toEqual(['edit', 'edit'])
  const slice = original.store.slices.summaries()[0]?.id ?? 0
  expect(original.store.annotations.ofSlice(slice)).toHaveLength(1)
  expect(copy.store.annotations.ofSlice(slice)).toEqual([])
})

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ImportEvent } from '../../../../src/shared/contract/imports'
import { folderWith, pngWith } from '../support/folders'
import { openProjectsIn, smallProject } from '../support/small-project'

const files = 2000

it('imports two thousand files; cancelled half way it keeps whole what it has, and goes on from there', async () => {
  // Each of other pixels: files that are alike are imported once.
  const named = Array.from({ length: files }, (_, index) => {
    const [x, y] = [index % 60, Math.floor(index / 60)]
    return [`slice-${index}.png`, pngWith(64, 64, [200, x, y, x + 1, y + 1])] as const
  })
  const paths = [folderWith(Object.fromEntries(named))]
  const { home, folder, projects, session } = await smallProject(0)
  const asked = new AbortController()
  const first: ImportEvent[] = []

  for await (const event of importFiles(session, { paths, copy: true, signal: asked.signal })) {
    first.push(event)
    if (event.event === 'progress' && event.done === files / 2) asked.abort()
  }

  const half = session.store.slices.summaries().length
  expect(half).toBe(files / 2 + 1) // with the file that it was at
  expect(first.at(-1)).toMatchObject({ event: 'report', ready: half, slices: half, failed: 0 })
  expect(readdirSync(join(folder, 'images'))).toHaveLength(half)
  expect(session.store.series.list()).toHaveLength(half)
  await projects.dispose()

  const again = await (await openProjectsIn(home)).open(folder)
  let last: ImportEvent | null = null
  for await (const event of importFiles(again, { paths, copy: true })) last = event

  expect(last).toMatchObject({ event: 'report', ready: files - half, known: half, failed: 0 })
  expect(readdirSync(join(folder, 'images'))).toHaveLength(files)
  expect(again.store.slices.summaries()).toHaveLength(files)
})

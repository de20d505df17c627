import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { exporters } from '../../../../src/main/exporters'
import { exportsFolder, runExport } from '../../../../src/main/exporters/run-export'
import { importFiles } from '../../../../src/main/projects/import-files'
import { folderWith, pngWith } from '../support/folders'
import { smallProject } from '../support/small-project'

/** A project whose folder was moved by some other program while it is open. */
async function movedAway() {
  const { session, folder } = await smallProject(1)
  renameSync(folder, `${folder} moved`)
  return { session, folder }
}

async function ended(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

it.runIf(process.platform !== 'win32')(
  'exports nothing into a folder that is not there any more',
  async () => {
    const { session, folder } = await movedAway()
    const [exporter] = exporters
    if (!exporter) throw new Error('no format')
    const place = join(exportsFolder(session), 'small')

    const run = () => ended(runExport({ session, exporter, options: {}, folder: place, version: '1' }))

    await expect(run()).rejects.toMatchObject({ code: 'NOT_SAVED' })
    expect(existsSync(folder)).toBe(false)
  },
)

it.runIf(process.platform !== 'win32')(
  'copies nothing into a folder that is not there any more',
  async () => {
    const { session, folder } = await movedAway()
    const paths = [folderWith({ 'new.png': pngWith(8, 8, [9, 1, 1, 2, 2]) })]

    await expect(ended(importFiles(session, { paths, copy: true }))).rejects.toMatchObject({
      code: 'NOT_SAVED',
    })

    expect(existsSync(folder)).toBe(false)
  },
)

import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderWith } from '../support/folders'
import { smallProject } from '../support/small-project'

const program = join(import.meta.dirname, 'programs', 'fill-disk.ts')
const hooks = pathToFileURL(join(import.meta.dirname, '../support/source-imports.ts')).href

/** Annotates the project until nothing more can be written. @param limit - a command of the shell */
async function fillDisk(home: string, folder: string, limit = 'true'): Promise<unknown> {
  const words = [
    '-c',
    `trap '' XFSZ; ${limit}; exec "$@"`,
    'sh',
    process.execPath,
    '--no-warnings',
    '--import',
    hooks,
  ]
  const child = spawn('sh', [...words, program, home, folder])
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

describe('an action that cannot be stored', () => {
  it.runIf(process.platform !== 'win32')(
    'is told to everybody in words, and leaves everything as it was',
    async () => {
      const { home, folder, projects } = await smallProject()
      await projects.dispose()

      // No file may grow beyond 300 kB, which the journal of SQLite soon does.
      const outcome = await fillDisk(home, folder, 'ulimit -f 600')

      const file = join(folder, 'project.sqlite')
      expect(outcome).toMatchObject({
        failure: { code: 'NOT_SAVED', data: { file } },
        last: { kind: 'save-failed', code: 'NOT_SAVED', message: expect.stringContaining(file) as string },
        isSame: true,
      })
    },
  )

  it('because the disk is full says so, where the test may mount a small one', async context => {
    const { home, folder, projects } = await smallProject()
    await projects.dispose()
    const disk = join(folderWith({}), 'disk')
    mkdirSync(disk)
    const mount = ['-t', 'tmpfs', '-o', 'size=700k', 'tmpfs', disk]
    if (spawnSync('mount', mount).status !== 0) context.skip('only root may mount a small disk')
    try {
      const small = join(disk, 'small')
      cpSync(folder, small, { recursive: true })

      expect(await fillDisk(home, small)).toMatchObject({
        failure: { code: 'DISK_FULL', data: { file: join(small, 'project.sqlite') } },
        last: { kind: 'save-failed', code: 'DISK_FULL' },
        isSame: true,
      })
    } finally {
      spawnSync('umount', [disk])
    }
  })
})

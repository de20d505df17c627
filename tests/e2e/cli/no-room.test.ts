import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventsIn, runCli, sample, type CliOptions } from './run-cli'

/** A project that cannot be written to as far as a command wants: what is said, and what is left. */

let home = ''
let project = ''
const mounted: string[] = []
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'slicetune-no-room-'))
  project = join(home, 'heads')
  const scans = join(home, 'scans')
  for (const kind of ['images', 'masks']) {
    mkdirSync(join(scans, kind), { recursive: true })
    for (const name of readdirSync(join(sample, 'val', kind)).slice(0, 4))
      cpSync(join(sample, 'val', kind, name), join(scans, kind, name))
  }
  await run(['create', project])
  expect((await run(['import', project, '--from', scans, '--copy'])).code).toBe(0)
})
afterAll(() => {
  for (const disk of mounted) spawnSync('umount', [disk])
  rmSync(home, { recursive: true, force: true })
})

const run = (args: readonly string[], options: CliOptions = {}) =>
  runCli(['project', ...args], { ...options, env: { SLICETUNE_HOME: join(home, 'user'), ...options.env } })

const short = ['--preset', 'quick', '--epochs', '1', '--resolution', '64', '--no-finder']

/** A disk of so many kilobytes; null where the test may not mount one. */
function diskOf(kilobytes: number): string | null {
  const disk = mkdtempSync(join(home, 'disk-'))
  const mount = ['-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=0777`, 'tmpfs', disk]
  if (spawnSync('mount', mount).status !== 0) return null
  mounted.push(disk)
  return disk
}

const kilobytesOf = (folder: string) =>
  Number(/^\d+/.exec(spawnSync('du', ['-sk', folder]).stdout.toString())?.[0])

const everythingIn = (folder: string) => readdirSync(folder, { recursive: true }).map(String)

const isHalfWritten = (file: string) => /\.(tmp|unfinished|part)(\/|$)/.test(file)

const lastOf = (stdout: string) => eventsIn(stdout).at(-1)

test('a full disk pauses a training in words; nothing half written stays, and the project goes on', async context => {
  const disk = diskOf(kilobytesOf(project) + 3000) // room for the slices, not for a checkpoint
  if (disk === null) return context.skip('only root may mount a small disk')
  const here = join(disk, 'heads')
  cpSync(project, here, { recursive: true })

  const trained = await run(['train', here, ...short, '--json'])

  expect(trained.code).toBe(3)
  const message = expect.stringContaining('The disk is full') as string
  expect(lastOf(trained.stdout)).toMatchObject({ event: 'error', code: 'RUN_FAILED', message })
  expect(everythingIn(here).filter(isHalfWritten)).toEqual([])
  const out = join(home, 'from-full-disk')
  const exported = await run(['export', here, '--format', 'csv', '--out', out, '--json'])
  expect(lastOf(exported.stdout)).toMatchObject({ event: 'report', slices: 4 })
})

test('a full disk ends an export in words, and leaves nothing of it', async context => {
  const disk = diskOf(100)
  if (disk === null) return context.skip('only root may mount a small disk')

  const { code, stdout } = await run([
    'export',
    project,
    '--format',
    'png',
    '--out',
    join(disk, 'out'),
    '--json',
  ])

  expect(code).toBe(3)
  expect(lastOf(stdout)).toMatchObject({ event: 'error', code: 'DISK_FULL' })
  expect(everythingIn(disk)).toEqual([])
})

/** Permissions do not bind root. */
const somebody = process.getuid?.() === 0 ? { uid: 65_534 } : {}

test.runIf(process.platform !== 'win32')(
  'a project that cannot be written to is neither trained in nor exported into, but exported from',
  async () => {
    const here = join(home, 'read-only')
    cpSync(project, here, { recursive: true })
    for (const path of [home, ...everythingIn(here).map(name => join(here, name))]) chmodSync(path, 0o555)
    chmodSync(here, 0o555)
    const free = mkdtempSync(join(tmpdir(), 'slicetune-free-'))
    chmodSync(free, 0o777)
    const before = everythingIn(here)
    const as = { ...somebody, env: { SLICETUNE_HOME: join(free, 'user') } }
    try {
      const trained = await run(['train', here, ...short, '--json'], as)
      const inside = await run(['export', here, '--format', 'csv', '--json'], as)
      const outside = await run(['export', here, '--format', 'csv', '--out', join(free, 'out'), '--json'], as)

      expect(lastOf(trained.stdout)).toMatchObject({ event: 'error', code: 'READ_ONLY_PROJECT' })
      expect(lastOf(inside.stdout)).toMatchObject({ event: 'error', code: 'READ_ONLY_PROJECT' })
      expect(lastOf(outside.stdout)).toMatchObject({ event: 'report', slices: 4 })
      expect(everythingIn(here)).toEqual(before)
    } finally {
      for (const path of [home, here, ...before.map(name => join(here, name))]) chmodSync(path, 0o755)
      rmSync(free, { recursive: true, force: true })
    }
  },
)

test.runIf(process.platform !== 'win32')(
  'a folder that cannot be written to gets no export, and is named',
  async () => {
    const folder = join(home, 'closed')
    mkdirSync(folder)
    const here = mkdtempSync(join(tmpdir(), 'slicetune-own-'))
    cpSync(project, join(here, 'heads'), { recursive: true })
    for (const path of [here, ...everythingIn(here).map(name => join(here, name))]) chmodSync(path, 0o777)
    chmodSync(folder, 0o555)
    chmodSync(home, 0o755)
    try {
      const as = { ...somebody, env: { SLICETUNE_HOME: join(here, 'user') } }
      const args = ['export', join(here, 'heads'), '--format', 'csv', '--out', join(folder, 'out'), '--json']

      const { code, stdout } = await run(args, as)

      expect(code).toBe(3)
      expect(lastOf(stdout)).toMatchObject({ event: 'error', code: 'FOLDER_NOT_WRITABLE', file: folder })
      expect(everythingIn(folder)).toEqual([])
    } finally {
      rmSync(here, { recursive: true, force: true })
    }
  },
)

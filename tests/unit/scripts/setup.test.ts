import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { electronBinary } from '../../../scripts/electron-binary.mjs'
import { fits } from '../../../scripts/setup/node.mjs'
import { installFailure } from '../../../scripts/setup/npm.mjs'
import { packagesAreCurrent } from '../../../scripts/setup/packages.mjs'
import { buildIsCurrent, sourceHash } from '../../../scripts/setup/build.mjs'
import { withSetupLock } from '../../../scripts/setup/lock.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slicetune-setup-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function put(name: string, content: string | object): void {
  const file = join(folder, name)
  mkdirSync(resolve(file, '..'), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

test.each([
  ['20.20.2', '9', false],
  ['22.13.1', '10', false],
  ['22.14.0', '9', false],
  ['22.14.0', '10', true],
  ['24.0.0', '10', true],
])('a Node %s with Node-API %s fits: %s', (node, napi, expected) => {
  expect(fits({ node, napi })).toBe(expected)
})

describe('whether the packages are installed', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-a' }
  const lock = {
    packages: { '': {}, 'node_modules/a': entry, 'node_modules/b': { ...entry, optional: true } },
  }

  test('no, where nothing is', () => {
    put('package-lock.json', lock)

    expect(packagesAreCurrent(folder)).toBe(false)
  })

  test('yes, where npm installed what the lock file says, without those of other platforms', () => {
    put('package-lock.json', lock)
    put('node_modules/.package-lock.json', { packages: { 'node_modules/a': entry } })

    expect(packagesAreCurrent(folder)).toBe(true)
  })

  test.each([
    ['a package has another content', { 'node_modules/a': { ...entry, integrity: 'sha512-b' } }],
    ['a package is missing', { 'node_modules/b': entry }],
    ['a package is too many', { 'node_modules/a': entry, 'node_modules/c': entry }],
  ])('no, where %s', (_what, packages) => {
    put('package-lock.json', lock)
    put('node_modules/.package-lock.json', { packages })

    expect(packagesAreCurrent(folder)).toBe(false)
  })
})

describe('whether the build is current', () => {
  beforeEach(() => {
    for (const name of ['package.json', 'package-lock.json', 'electron.vite.config.ts', 'src/a.ts'])
      put(name, name)
  })

  test('no, where there is none; yes after one; no again after any source changed, came or went', () => {
    expect(buildIsCurrent(folder)).toBe(false)

    put('out/.sources', sourceHash(folder))
    expect(buildIsCurrent(folder)).toBe(true)

    put('src/deep/b.ts', 'b')
    expect(buildIsCurrent(folder)).toBe(false)

    put('out/.sources', sourceHash(folder))
    rmSync(join(folder, 'src/deep/b.ts'))
    expect(buildIsCurrent(folder)).toBe(false)
  })

  test('yes, where a source was only touched', () => {
    put('out/.sources', sourceHash(folder))
    put('src/a.ts', readFileSync(join(folder, 'src/a.ts'), 'utf8'))

    expect(buildIsCurrent(folder)).toBe(true)
  })
})

describe('the set-up lock', () => {
  test('lets one set-up after the other work, never two at once', async () => {
    const lockModule = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/setup/lock.mjs')).href
    put(
      'worker.mjs',
      `import { withSetupLock } from ${JSON.stringify(lockModule)}
       import fs from 'node:fs'
       import { setTimeout as sleep } from 'node:timers/promises'
       await withSetupLock(async () => {
         fs.appendFileSync('log', 'in ')
         await sleep(200)
         fs.appendFileSync('log', 'out ')
       }, 'lock')`,
    )

    const workers = [1, 2, 3].map(() =>
      spawn(process.execPath, ['worker.mjs'], { cwd: folder, stdio: 'ignore' }),
    )
    const codes = await Promise.all(workers.map(async worker => (await once(worker, 'close'))[0] as number))

    expect(codes).toEqual([0, 0, 0])
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in out in out in out ')
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  test('is taken over from a set-up that was killed', async () => {
    const gone = spawn(process.execPath, ['-e', '0'])
    await once(gone, 'close')
    put('lock', String(gone.pid))

    expect(await withSetupLock(() => Promise.resolve('done'), join(folder, 'lock'))).toBe('done')
  })

  test('is taken over from a set-up that was killed before it could sign', async () => {
    put('lock', '')
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(join(folder, 'lock'), longAgo, longAgo)

    expect(await withSetupLock(() => Promise.resolve('done'), join(folder, 'lock'))).toBe('done')
  })
})

test.each([
  ['npm error code ENOTFOUND', 'cannot be reached'],
  ['npm error code ECONNREFUSED', 'cannot be reached'],
  ['npm error nospc ENOSPC: no space left on device', 'the disk is full'],
  ['npm error code EACCES', 'may not be written'],
  ['spawn npm ENOENT', 'npm was not found'],
  ['npm error code EINTEGRITY', 'npm says why above'],
])('names the way out of "%s"', (log, sentence) => {
  expect(installFailure('The packages could not be installed', log)).toContain(sentence)
})

describe('the search for Electron’s program', () => {
  test('finds nothing before it was fetched, and starts no download', () => {
    put('package.json', {})

    expect(electronBinary(folder, {})).toBeNull()
    expect(existsSync(join(folder, 'dist'))).toBe(false)
  })

  test('finds it where the package noted it, or in the folder that the user names', () => {
    put('path.txt', 'electron')
    put('dist/electron', '')
    put('elsewhere/electron', '')

    expect(electronBinary(folder, {})).toBe(join(folder, 'dist/electron'))
    expect(electronBinary(folder, { ELECTRON_OVERRIDE_DIST_PATH: join(folder, 'elsewhere') })).toBe(
      join(folder, 'elsewhere/electron'),
    )
  })
})

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** As a user types it, under whatever Node this computer has, from a folder inside the checkout. */
function npxSlicetune(...args: string[]): Ended {
  const { status, stdout, stderr } = spawnSync('npx', ['slicetune', ...args], {
    cwd: 'tests',
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  return { code: status, out: stdout, err: stderr }
}

test('npx slicetune runs the command line of this checkout', () => {
  const help = npxSlicetune('--help')

  expect(help.code).toBe(0)
  expect(help.out).toMatch(/^Usage: slicetune/)
  expect(npxSlicetune('--version').out.trim()).toBe(version)
})

test('npx slicetune keeps the exit code and the streams of the command', () => {
  const wrong = npxSlicetune('train', '--no-such-flag')

  expect(wrong.code).toBe(2)
  expect(wrong.out).toBe('')
  expect(wrong.err).toContain('--no-such-flag')
})

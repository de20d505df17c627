import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { cli, eventsIn, runCli, sample } from './run-cli'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slicetune-stop-'))
  folders.push(folder)
  return folder
}

/** A few heads of the sample, in train and val. */
function smallData(train: number, val: number): string {
  const folder = temporaryFolder()
  for (const [split, count] of [
    ['train', train],
    ['val', val],
  ] as const) {
    for (const part of ['images', 'masks']) {
      mkdirSync(join(folder, split, part), { recursive: true })
      const names = readdirSync(join(sample, split, part))
        .sort()
        .slice(0, count)
      for (const name of names) copyFileSync(join(sample, split, part, name), join(folder, split, part, name))
    }
  }
  return folder
}

describe('Ctrl+C', () => {
  test('in evaluate ends after the slice at hand with a report and exit code 130', async () => {
    let sent = false

    const { code, stdout } = await runCli(['evaluate', '--data', sample, '--json'], {
      onLine: (line, kill) => {
        if (sent || !line.includes('"event":"case"')) return
        sent = true
        kill('SIGINT')
      },
    })

    const events = eventsIn(stdout)
    expect(code).toBe(130)
    expect(events.at(-1)).toMatchObject({ event: 'report', interrupted: true })
    expect(events.filter(event => event.event === 'case').length).toBeLessThan(10)
  })

  test('in train saves a checkpoint that evaluate can read, and exits 130', async () => {
    const data = smallData(4, 2)
    const out = temporaryFolder()
    let sent = false

    const { code, stdout } = await runCli(
      ['train', '--data', data, '--out', out, '--epochs', '50', '--json'],
      {
        onLine: (line, kill) => {
          if (sent || !line.includes('"event":"epoch"')) return
          sent = true
          kill('SIGINT')
        },
      },
    )

    const events = eventsIn(stdout)
    expect(code).toBe(130)
    expect(events.filter(event => event.event === 'epoch').length).toBeLessThan(50)
    const run = readdirSync(out).find(name => /^slicetune-\d{8}-\d{4}/.test(name)) ?? 'no run folder'
    const latest = join(out, run, 'medsam_lite_latest.pth')
    const evaluated = await runCli(['evaluate', '--data', data, '--model', latest, '--json'])
    expect(evaluated.code).toBe(0)
    expect(eventsIn(evaluated.stdout).at(-1)).toMatchObject({ event: 'report', cases: 2 })
  })
})

test('a reader that hangs up ends the program quietly', async () => {
  const child = spawn(process.execPath, [cli, 'evaluate', '--data', sample, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.once('data', () => child.stdout.destroy())

  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
    child.on('exit', (...end) => resolve(end)),
  )

  // As by Ctrl+C: the job ended in good order, without a stack trace and without a crash.
  expect([code, signal]).toEqual([130, null])
  expect(stderr).not.toMatch(/EPIPE|at .*\.js:\d+/)
})

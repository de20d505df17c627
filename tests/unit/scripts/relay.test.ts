import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'slicetune-relay-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const relay = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/setup/relay.mjs')).href
const parent = join(folder, 'parent.mjs')
writeFileSync(
  parent,
  `import { relay } from ${JSON.stringify(relay)}
   process.exitCode = await relay(process.execPath, process.argv.slice(2))`,
)
const child = join(folder, 'child.mjs')
writeFileSync(
  child,
  `let interrupts = 0
   process.on('SIGINT', () => console.log('interrupt', ++interrupts))
   process.on('SIGTERM', () => { process.exitCode = 130; clearInterval(timer) })
   const timer = setInterval(() => undefined, 1000)
   console.log('pid', process.pid)`,
)

/** Starts the child through the relay, in a process group of its own, as a terminal would. */
async function start(): Promise<{ process: ChildProcess; output: () => string; childPid: number }> {
  let text = ''
  const started = spawn(process.execPath, [parent, child], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.stdout.on('data', chunk => (text += String(chunk)))
  await expect.poll(() => text, { timeout: 20_000 }).toMatch(/pid \d+/)
  return { process: started, output: () => text, childPid: Number(/pid (\d+)/.exec(text)?.[1]) }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(process.platform === 'win32')('the relay to another Node', () => {
  test('tells the child once of a Ctrl+C that arrives from the terminal and from npm, and again of a second one', async () => {
    const run = await start()
    const group = -(run.process.pid ?? 0)

    process.kill(group, 'SIGINT')
    await sleep(50)
    process.kill(group, 'SIGINT')
    await sleep(700)
    expect(run.output().match(/interrupt/g)).toHaveLength(1)

    process.kill(run.process.pid ?? 0, 'SIGINT')
    await expect.poll(() => run.output().match(/interrupt/g)?.length).toBe(2)
    run.process.kill('SIGTERM')
    expect(await once(run.process, 'close')).toEqual([130, null])
  })

  test('ends the child when it is killed outright itself', async () => {
    const run = await start()

    run.process.kill('SIGKILL')

    await expect.poll(() => alive(run.childPid), { timeout: 10_000 }).toBe(false)
  })

  test.each([
    ['process.exitCode = 3', 3],
    ["process.kill(process.pid, 'SIGABRT')", 134],
    ["process.stdin.on('data', text => { process.exitCode = text.length })", 5],
  ])('keeps the exit code of a child that says %s', async (code, expected) => {
    const script = join(folder, `exit-${expected}.mjs`)
    writeFileSync(script, code)
    const started = spawn(process.execPath, [parent, script], { stdio: ['pipe', 'inherit', 'inherit'] })

    started.stdin.end('12345')

    expect(await once(started, 'close')).toEqual([expected, null])
  })
})

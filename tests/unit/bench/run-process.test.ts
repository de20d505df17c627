import { describe, expect, it } from 'vitest'
import { runProcess } from '../../../bench/run-process'

const never = new AbortController().signal
const node = (script: string, signal = never): Promise<string> =>
  runProcess(process.execPath, ['-e', script], { signal })

/** Timers that would keep this process from ending. */
const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

describe('a process of the bench', () => {
  it('gives what it printed', async () => {
    expect(await node('process.stdout.write("figures")')).toBe('figures')
  })

  it('is given the environment on top of the own one', async () => {
    const options = { signal: never, environment: { BENCH_TEST: 'yes' } }
    const printed = runProcess(
      process.execPath,
      ['-p', '[process.env.BENCH_TEST, !!process.env.PATH]'],
      options,
    )

    expect(await printed).toContain("'yes', true")
  })

  it('that fails says why in its last words', async () => {
    await expect(node('console.error("first\\nno memory left"); process.exit(1)')).rejects.toThrow(
      /^no memory left$/,
    )
    await expect(node('process.exit(4)')).rejects.toThrow('the process ended with 4')
  })

  it('that was killed says so', async () => {
    await expect(node('process.kill(process.pid, "SIGKILL")')).rejects.toThrow(/ended by SIGKILL/)
  })

  it('that cannot be started leaves no timer that holds the bench', async () => {
    const before = timers()

    await expect(runProcess('/no/such/program', [], { signal: never })).rejects.toThrow(/ENOENT/)

    expect(timers()).toBeLessThanOrEqual(before)
  })

  it('ends when the bench is stopped', async () => {
    const stop = new AbortController()
    const sleeping = node('setInterval(() => {}, 1000)', stop.signal)

    stop.abort()

    await expect(sleeping).rejects.toThrow(/abort/i)
  })
})

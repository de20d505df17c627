import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, eventsIn, sample } from './run-cli'

/** Peak resident size of a process that still runs, bytes; 0 where the system does not tell. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0 // it has ended, or this is no Linux
  }
}

/** Runs the built program and watches its memory. */
async function watched(
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; peak: number }> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let [stdout, peak] = ['', 0]
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  const timer = setInterval(() => (peak = Math.max(peak, peakOf(child.pid ?? 0))), 100)
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  clearInterval(timer)
  return { code, stdout, peak }
}

// Only Linux tells the peak of another process.
test.runIf(process.platform === 'linux')(
  'everything of Ti is trained at 1024 pixels, four slices a step, in less than 4 GB',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slicetune-memory-'))
    for (const [part, count] of [
      ['train', 4],
      ['val', 1],
    ] as const) {
      for (const name of readdirSync(join(sample, part, 'images')).slice(0, count)) {
        for (const kind of ['images', 'masks']) {
          cpSync(join(sample, part, kind, name), join(folder, 'data', part, kind, name))
        }
      }
    }

    const { code, stdout, peak } = await watched([
      ...['train', '--data', join(folder, 'data'), '--out', join(folder, 'runs'), '--json'],
      ...['--preset', 'full', '--resolution', '1024', '--batch-size', '4', '--epochs', '1'],
    ])

    rmSync(folder, { recursive: true, force: true })
    expect(code).toBe(0)
    expect(eventsIn(stdout).at(-1)).toMatchObject({ event: 'report', ended: 'finished', epochs: 1 })
    expect(peak).toBeGreaterThan(500e6)
    expect(peak).toBeLessThan(4e9)
  },
  900_000,
)

import { spawn } from 'node:child_process'
import type { FSWatcher } from 'node:fs'
import { existsSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { cli } from '../run-cli'

/** What a run is seen to do while it runs: a line that it printed, or a name that came up in its folder. */
export type Sign =
  { readonly kind: 'line'; readonly text: string } | { readonly kind: 'file'; readonly name: string }

export interface TracedRun {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** All that was seen before the first signal was sent; everything where none was */
  readonly signs: readonly Sign[]
}

/** Sends a signal to the program and all that it started. */
export type Strike = (signal: NodeJS.Signals) => void

export interface TraceOptions {
  /** Folder of runs; files of the folders in it are signs too */
  readonly out: string
  readonly onStart?: (strike: Strike) => void
  readonly onSign?: (sign: Sign, strike: Strike) => void
}

/** Runs the built command line as a process group of its own, which a signal can end at any sign of what it does. */
export async function runTraced(args: readonly string[], options: TraceOptions): Promise<TracedRun> {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const signs: Sign[] = []
  let [struck, ended] = [false, false]
  const strike: Strike = signal => {
    if (ended || child.pid === undefined) return
    struck = true
    process.kill(-child.pid, signal)
  }
  const see = (sign: Sign): void => {
    if (!struck) signs.push(sign)
    options.onSign?.(sign, strike)
  }
  const watchers = watchRuns(options.out, name => see({ kind: 'file', name }))
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    let pending = ''
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
      const lines = (pending + text).split('\n')
      pending = lines.pop() ?? ''
      for (const line of lines) see({ kind: 'line', text: line })
    })
  }
  child.on('exit', () => (ended = true))
  options.onStart?.(strike)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, ...texts, signs }))
    })
  } finally {
    watchers.forEach(watcher => watcher.close())
  }
}

/** Watches the folders of runs that are there and those that come. */
function watchRuns(out: string, onName: (name: string) => void): FSWatcher[] {
  const watchers: FSWatcher[] = []
  const known = new Set<string>()
  const add = (run: string): void => {
    if (known.has(run)) return
    known.add(run)
    watchers.push(watch(join(out, run), (_, name) => name !== null && onName(name)))
  }
  watchers.push(watch(out, (_, name) => name !== null && existsSync(join(out, name)) && add(name)))
  for (const run of readdirSync(out)) add(run)
  return watchers
}

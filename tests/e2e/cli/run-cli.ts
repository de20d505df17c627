import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { JobEvent } from '../../../src/shared/domain/events'

const root = join(import.meta.dirname, '../../..')
export const cli = join(root, 'out/main/cli.js')
export const sample = join(root, 'resources/sample/fetal-head-us')

export interface CliRun {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly uid?: number
  readonly env?: Readonly<Record<string, string>>
  /** Called with each whole line of stdout, and with a way to send a signal */
  readonly onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void
  /** Put before node, such as `prlimit` */
  readonly wrapper?: readonly string[]
}

/** Runs the built command line as its own process, as a user does. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const [command = process.execPath, ...rest] = [...(options.wrapper ?? []), process.execPath, cli, ...args]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  let [stdout, stderr, pending] = ['', '', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    const lines = (pending + text).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) options.onLine?.(line, signal => child.kill(signal))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

/** The lines of `--json`: every one must be an event that the program declares, or the closing error. */
export function eventsIn(stdout: string): (JobEvent | CliError)[] {
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const value: unknown = JSON.parse(line)
      return isCliError(value) ? value : JobEvent.parse(value)
    })
}

export interface CliError {
  readonly event: 'error'
  readonly code: string
  readonly message: string
  readonly file?: string
}

function isCliError(value: unknown): value is CliError {
  return typeof value === 'object' && value !== null && 'event' in value && value.event === 'error'
}

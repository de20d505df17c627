import { spawn } from 'node:child_process'

/** Nothing here takes as long: a process that does hangs. */
const mostMinutes = 60

/**
 * Runs a program to its end.
 *
 * @returns what it printed
 * @throws Error that says why it failed, in its own last words where it has any
 */
export function runProcess(
  program: string,
  args: readonly string[],
  { signal, environment = {} }: { readonly signal: AbortSignal; readonly environment?: NodeJS.ProcessEnv },
): Promise<string> {
  // Not spawn's own `timeout`: where a program cannot be started at all, its timer lives on and holds the process.
  const tooLong = AbortSignal.timeout(mostMinutes * 60_000)
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
      killSignal: 'SIGKILL',
      signal: AbortSignal.any([signal, tooLong]),
    })
    let printed = ''
    let complaints = ''
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-4000)))
    child.on('error', error => {
      reject(tooLong.aborted ? new Error(`it took more than ${mostMinutes} minutes`) : error)
    })
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve(printed)
      else reject(new Error(failure(complaints, code, killedBy)))
    })
  })
}

function failure(complaints: string, code: number | null, killedBy: NodeJS.Signals | null): string {
  if (killedBy !== null) return `the process was ended by ${killedBy}, perhaps for lack of memory`
  const words = complaints.trim().split('\n').at(-1)?.trim()
  return words === undefined || words === '' ? `the process ended with ${code}` : words
}

import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const hooks = pathToFileURL(join(import.meta.dirname, 'source-imports.ts')).href

/** A process that runs a source file of the project. @param uid - as whom, where the tests may choose that */
export function spawnSource(file: string, argv: readonly string[], uid?: number): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', '--import', hooks, file, ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
}

/** Runs it to its end. */
export async function runSource(
  file: string,
  argv: readonly string[],
  uid?: number,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawnSource(file, argv, uid)
  let [stdout, stderr] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  return { stdout, stderr, code }
}

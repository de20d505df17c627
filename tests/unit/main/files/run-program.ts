import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const jiti = fileURLToPath(new URL('../../../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url))

/**
 * Runs a TypeScript file as a program of its own, perhaps as another user or under a limit of the shell, and returns
 * the JSON that it printed: what a test needs to meet a read-only folder or a full disk for real.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { uid, limit = 'true' }: { uid?: number | undefined; limit?: string },
): Promise<unknown> {
  const words = ['-c', `trap '' XFSZ; ${limit}; exec "$@"`, 'sh', process.execPath, jiti, program, ...args]
  const env = { ...process.env, JITI_FS_CACHE: 'false' }
  const child = spawn('sh', words, { env, ...(uid === undefined ? {} : { uid }) })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return stdout === '' ? stderr : (JSON.parse(stdout) as unknown)
}

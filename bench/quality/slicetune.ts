import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'

const Line = z.looseObject({ event: z.string() })
export type Line = z.infer<typeof Line>

/**
 * Runs the built command-line program and reads its JSON lines.
 *
 * @param onLine - called with each line as it comes
 * @throws Error with the program's own sentence where it ends badly
 */
export async function slicetune(
  root: string,
  args: readonly string[],
  onLine: (line: Line) => void,
): Promise<void> {
  const program = join(root, 'out', 'main', 'cli.js')
  const child = spawn(process.execPath, [program, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  let last = ''
  for await (const text of createInterface({ input: child.stdout })) {
    last = text
    onLine(Line.parse(JSON.parse(text)))
  }
  const code = await ended
  if (code !== 0) throw new Error(`slicetune ${args.join(' ')} ended with ${code ?? 'a signal'}: ${last}`)
}

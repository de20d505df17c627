import type { CommandRunner } from '../../commands'
import { StopFlag } from '../../workers/stop-flag'
import type { ExitStatus } from './exit-codes'
import { exitCodes, failureOf } from './exit-codes'
import { listenForStop } from './listen-for-stop'
import type { Printer, Streams } from './print'
import { createJsonPrinter, createTextPrinter } from './print'
import type { Invocation } from './program'
import { parseCommandLine } from './program'

export interface MainOptions {
  readonly streams: Streams
  readonly runner: CommandRunner
  readonly version: string
}

/**
 * Runs one command line to its end.
 *
 * @returns the exit code; the caller sets it and lets the process end by itself
 */
export async function main(
  args: readonly string[],
  { streams, runner, version }: MainOptions,
): Promise<ExitStatus> {
  let printer = args.includes('--json') ? createJsonPrinter(streams) : createTextPrinter(streams)
  try {
    const invocation = parseCommandLine(args, { version, write: text => void streams.stdout.write(text) })
    if (invocation === null) return exitCodes.ok
    printer = invocation.json ? createJsonPrinter(streams) : printer
    return await run(invocation, { printer, runner })
  } catch (error) {
    const failure = failureOf(error)
    printer.failure(failure)
    return failure.exitCode
  }
}

interface Doors {
  readonly printer: Printer
  readonly runner: CommandRunner
}

async function run({ name, input }: Invocation, { printer, runner }: Doors): Promise<ExitStatus> {
  const stop = new StopFlag()
  const listener = listenForStop(stop, text => printer.aside(text))
  try {
    for await (const event of runner.run(name, input, { stop })) printer.event(event)
  } finally {
    listener.close()
  }
  return listener.interrupted ? exitCodes.interrupted : exitCodes.ok
}

import { Command, CommanderError } from 'commander'
import type * as z from 'zod'
import type { CommandDefinition, CommandName } from '../../../shared/commands'
import { commands } from '../../../shared/commands'
import { AppError } from '../../../shared/errors'
import { optionsFromSchema, parseInput } from './options-from-schema'

/** A command as the user typed it, its input checked. */
export interface Invocation {
  readonly name: CommandName
  readonly input: z.infer<z.ZodObject>
  readonly json: boolean
}

const groups: Readonly<Record<string, string>> = {
  models: 'List, import, download and export models',
  project: 'Make projects, import, fine-tune, predict and export: what the window does',
}

export interface ProgramOptions {
  readonly version: string
  /** Takes help and version texts */
  readonly write: (text: string) => void
}

/**
 * Reads the command line.
 *
 * @returns null when a help or version text was all that was asked for
 * @throws AppError USAGE with the flag, what it takes and the nearest one
 */
export function parseCommandLine(args: readonly string[], options: ProgramOptions): Invocation | null {
  let invocation: Invocation | null = null
  const program = createProgram(options, found => (invocation = found))
  try {
    program.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return null
    throw new AppError('USAGE', { reason: `${sentenceOf(error)} ${helpHint(args)}` }, { cause: error })
  }
  return invocation
}

function createProgram({ version, write }: ProgramOptions, found: (invocation: Invocation) => void): Command {
  const program = configure(new Command('slicetune'), write)
    .description('Fine-tune EfficientSAM on your own medical slices. No Python, no server, no network.')
    .version(version)
    .addHelpText('after', '\n"slicetune COMMAND --help" tells more of each command, with examples.')
  const parents = new Map<string, Command>()
  for (const [name, procedure] of Object.entries(commands) as [CommandName, CommandDefinition][]) {
    const [first = name, second] = name.split(' ')
    const parent = second === undefined ? program : parentOf(first, { program, parents, write })
    addCommand(configure(parent.command(second ?? first), write), name, { procedure, found })
  }
  return program
}

interface Tree {
  readonly program: Command
  readonly parents: Map<string, Command>
  readonly write: (text: string) => void
}

function parentOf(name: string, { program, parents, write }: Tree): Command {
  const parent = parents.get(name) ?? configure(program.command(name), write).description(groups[name] ?? '')
  parents.set(name, parent)
  return parent
}

interface Registration {
  readonly procedure: CommandDefinition
  readonly found: (invocation: Invocation) => void
}

function addCommand(command: Command, name: CommandName, { procedure, found }: Registration): void {
  const { summary, input: schema, argument, hints, examples, check } = procedure
  command.description(summary)
  optionsFromSchema(command, schema, { argument, hints })
  command.option('--json', 'print JSON lines on stdout, everything else on stderr')
  command.addHelpText('after', `\nExamples:\n${examples.map(example => `  slicetune ${example}`).join('\n')}`)
  command.action(() => {
    const { json = false, ...values } = command.opts<Record<string, unknown> & { json?: boolean }>()
    const hint = helpHint(name.split(' '))
    const given = argument === undefined ? values : { ...values, [argument]: argumentOf(command) }
    const input = parseInput(schema, given, hint)
    const fault = check?.(input) ?? null
    if (fault !== null) throw new AppError('USAGE', { reason: `${fault} ${hint}` })
    found({ name, input, json })
  })
}

/** One, or all of them where the command takes several. */
function argumentOf({ args, registeredArguments }: Command): string | readonly string[] | undefined {
  return registeredArguments[0]?.variadic === true ? args : args[0]
}

function configure(command: Command, write: (text: string) => void): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => undefined })
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
}

/** Commander's words as a sentence. */
function sentenceOf(error: CommanderError): string {
  if (error.code === 'commander.help') return 'Which command?'
  const words = error.message
    .replace(/^error: /, '')
    .replace(/\n\(Did you mean (.*)\?\)/, '; did you mean $1?')
  const sentence = words.charAt(0).toUpperCase() + words.slice(1)
  return /[.?]$/.test(sentence) ? sentence : `${sentence}.`
}

/** Where to look: the help of the command that was typed, as far as it is one. */
function helpHint(args: readonly string[]): string {
  const [first = '', second = ''] = args
  const known = [`${first} ${second}`, first].find(name => name in commands || name in groups)
  return `See "slicetune${known === undefined ? '' : ` ${known}`} --help".`
}

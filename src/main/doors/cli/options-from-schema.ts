import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import * as z from 'zod'
import { AppError } from '../../../shared/errors'

/** What JSON schema says of one field, as far as a flag needs it. */
const Field = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  placeholder: z.string().optional(),
})
type Field = z.infer<typeof Field>

const ObjectSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})

export interface FlagOptions {
  /** The field given as a plain argument instead of a flag */
  readonly argument?: string | undefined
  /** What the help adds to the description of a field, in brackets */
  readonly hints?: Readonly<Record<string, string>> | undefined
}

/**
 * Declares one flag per field of the schema: name in kebab-case, choices, range, default and description.
 * The defaults are only shown: zod fills them in, so that they live in one place. Zod also sees what is missing,
 * after the whole line is read, so that a misspelt flag is named before the one that it stood for.
 */
export function optionsFromSchema(
  command: Command,
  schema: z.ZodObject,
  { argument, hints = {} }: FlagOptions = {},
): Command {
  const { properties, required } = ObjectSchema.parse(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
  )
  for (const [name, property] of Object.entries(properties)) {
    const field = flatten(property)
    if (name === argument) {
      command.argument(argumentName(field, name), field.description)
      continue
    }
    const option = new Option(
      flagOf(name, field),
      describe(field, [required.includes(name) ? 'required' : '', hints[name] ?? '']),
    )
    if (field.enum !== undefined) option.choices(field.enum)
    if (isNumber(field)) option.argParser(text => parseNumber(text, field))
    command.addOption(option)
    // Without a default of its own a switch has three states: on, off, and as the preset says.
    if (field.type === 'boolean' && field.default === undefined) command.addOption(new Option(flagOff(name)))
  }
  return command
}

/** With dots where several can be given. */
const argumentName = ({ type, placeholder }: ReturnType<typeof flatten>, name: string): string =>
  `<${placeholder ?? name}${type === 'array' ? '...' : ''}>`

/**
 * @param hint - the sentence that says where to look
 * @throws AppError USAGE naming the flag and what it takes
 */
export function parseInput<S extends z.ZodObject>(
  schema: S,
  values: Record<string, unknown>,
  hint: string,
): z.infer<S> {
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  if (issue?.code === 'invalid_type' && issue.path[0] !== undefined && !(String(issue.path[0]) in values)) {
    throw new AppError('USAGE', { reason: `${flagName(String(issue.path[0]))} is missing. ${hint}` })
  }
  const flag = issue?.path[0] === undefined ? 'The options' : flagName(String(issue.path[0]))
  throw new AppError('USAGE', { reason: `${flag}: ${issue?.message ?? 'not understood'}. ${hint}` })
}

export function flagName(field: string): string {
  return `--${field.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

function flagOff(name: string): string {
  return flagName(name).replace('--', '--no-')
}

function flagOf(name: string, field: Field): string {
  if (field.type === 'boolean') return field.default === true ? flagOff(name) : flagName(name)
  return `${flagName(name)} <${field.placeholder ?? (isNumber(field) ? 'N' : 'value')}>`
}

function describe(field: Field, hints: readonly string[]): string {
  const words = field.description ?? ''
  const notes = [isNumber(field) ? rangeOf(field) : '', defaultOf(field), ...hints].filter(
    note => note !== '',
  )
  return notes.length === 0 ? words : `${words} (${notes.join('; ')})`
}

function defaultOf({ default: value }: Field): string {
  if (value === undefined || value === null || typeof value === 'boolean') return ''
  return `default: ${typeof value === 'string' ? value : JSON.stringify(value)}`
}

function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Field): string {
  // z.int() states the range of safe integers, which tells the user nothing.
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined
  if (low !== undefined && high !== undefined) return `${low} to ${high}`
  const ends = [
    ['at least', low],
    ['above', exclusiveMinimum],
    ['at most', high],
    ['below', exclusiveMaximum],
  ] as const
  return ends.flatMap(([words, end]) => (end === undefined ? [] : [`${words} ${end}`])).join(', ')
}

function isNumber(field: Field): boolean {
  return field.type === 'number' || field.type === 'integer'
}

function parseNumber(text: string, field: Field): number {
  const value = Number(text)
  const range = rangeOf(field)
  const wanted = `${field.type === 'integer' ? 'a whole number' : 'a number'}${range === '' ? '' : ` (${range})`}`
  if (text.trim() === '' || !Number.isFinite(value) || !inRange(value, field)) {
    throw new InvalidArgumentError(`It takes ${wanted}.`)
  }
  return value
}

function inRange(value: number, field: Field): boolean {
  if (field.type === 'integer' && !Number.isInteger(value)) return false
  if (value < (field.minimum ?? -Infinity) || value > (field.maximum ?? Infinity)) return false
  return value > (field.exclusiveMinimum ?? -Infinity) && value < (field.exclusiveMaximum ?? Infinity)
}

/** Nullable fields are `anyOf` in JSON schema: the flag stands for the part that is not null. */
function flatten(property: unknown): Field {
  const union = z
    .looseObject({ anyOf: z.array(z.looseObject({ type: z.string().optional() })) })
    .safeParse(property)
  if (!union.success) return Field.parse(property)
  const part = union.data.anyOf.find(option => option.type !== 'null')
  return Field.parse({ ...part, ...union.data })
}

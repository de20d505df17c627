import * as z from 'zod'
import { TrainOptions } from '../../../src/shared/commands/training'
import { presets, TrainingRecipe } from '../../../src/shared/domain/training-options'

const names = Object.keys(presets) as (keyof typeof presets)[]

/** What JSON schema says of one field. */
const Field = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string(),
  unit: z.string().optional(),
  reason: z.string().optional(),
})
type Field = z.infer<typeof Field>

function fieldsOf(schema: z.ZodObject): [name: string, field: Field][] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, property]) => {
    const { anyOf, ...rest } = z
      .looseObject({ anyOf: z.array(z.looseObject({ type: z.string().optional() })).default([]) })
      .parse(property)
    return [name, Field.parse({ ...anyOf.find(({ type }) => type !== 'null'), ...rest })]
  })
}

const flagOf = (name: string): string =>
  `\`--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}\``

/** Text within a table. */
const cell = (text: string): string => text.replaceAll('|', '\\|')

function rangeOf(field: Field): string {
  if (field.type === 'boolean') return 'on or off'
  if (field.enum) return field.enum.map(value => `\`${value}\``).join(', ')
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = field
  const low = minimum ?? (exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`)
  const high = maximum ?? (exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`)
  if (low === '' && high === '') return 'text'
  const step = multipleOf === undefined ? '' : `, in steps of ${multipleOf}`
  return `${low} to ${high}${step}`
}

function valueOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === null ? "the model's own" : z.union([z.string(), z.number()]).parse(value).toString()
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.map(cell).join(' | ')} |`)

const optionRows = (): string[][] =>
  fieldsOf(TrainingRecipe).map(([name, field]) => [
    flagOf(name),
    field.description,
    field.unit ?? 'none',
    rangeOf(field),
    ...names.map(preset => valueOf(presets[preset].recipe[name as keyof TrainingRecipe])),
    field.reason ?? '',
  ])

/** The other flags of `train`; what a preset decides has the other table. */
const otherRows = (): string[][] =>
  fieldsOf(TrainOptions)
    .filter(([name]) => !(name in TrainingRecipe.shape))
    .map(([name, field]) => [
      flagOf(name),
      field.description,
      rangeOf(field),
      field.default === undefined ? '' : valueOf(field.default),
    ])

const bestOf = { dice: 'the highest validation Dice', loss: 'the lowest mean training loss' } as const

const presetRows = (): string[][] =>
  names.map(name => {
    const { summary, trainedSteps, bestBy, preprocessing } = presets[name]
    const trained = { 0: 'nothing', Infinity: 'everything' }[trainedSteps] ?? `the last ${trainedSteps} steps`
    const own = Object.values(preprocessing)
    return [
      `\`${name}\``,
      summary,
      trained,
      bestOf[bestBy],
      own.length === 0 ? "the model's own" : own.join(', '),
    ]
  })

/** `docs/generated/options.md`, from the schema that the flags and their help come from too. */
export function optionsDocument(): string {
  return [
    '# Options of `slicetune train`',
    '',
    'Made from `src/shared/domain/training-options.ts` and `src/shared/commands/training.ts`: change those, then run',
    '`npx vitest run tests/unit/docs -u`. A test fails while this page and they differ.',
    '',
    '## Presets',
    '',
    'A step of the encoder is a block, what joins two stages, or the neck at the end. What is before the first trained step never changes: it runs once a slice, and its result is stored.',
    '',
    ...table(
      ['preset', 'what it does', 'trained of the encoder', 'best epoch', 'fit and intensity'],
      presetRows(),
    ),
    '',
    '## What a preset decides',
    '',
    ...table(['option', 'what it is', 'unit', 'range', ...names, 'why'], optionRows()),
    '',
    '## The other options',
    '',
    ...table(['option', 'what it is', 'values', 'default'], otherRows()),
    '',
  ].join('\n')
}

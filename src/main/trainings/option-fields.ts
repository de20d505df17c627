import * as z from 'zod'
import type { OptionField } from '../../shared/contract/training'
import { Preset, presets, TrainingRecipe } from '../../shared/domain/training-options'

/** Of a field in JSON schema, what a form needs. */
const FieldSchema = z.looseObject({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().optional(),
  description: z.string().default(''),
  reason: z.string().optional(),
  unit: z.string().optional(),
})
type FieldSchema = z.infer<typeof FieldSchema>

const Field = FieldSchema.extend({ anyOf: z.array(FieldSchema).optional() })

/** The advanced options, from the recipe's own schema: a field that is added there is in the form. */
export function optionFields(): OptionField[] {
  const { properties } = z
    .object({ properties: z.record(z.string(), Field) })
    .parse(z.toJSONSchema(TrainingRecipe))
  return Object.entries(properties).map(([name, field]) => optionField(name, field))
}

function optionField(name: string, { anyOf = [], ...whole }: z.infer<typeof Field>): OptionField {
  const bare = anyOf.find(({ type }) => type !== 'null')
  const { description, reason = null, unit = null } = whole
  const key = name as keyof TrainingRecipe
  return {
    ...{ name, description, reason, unit },
    ...limitsOf(bare ?? whole),
    isNullable: anyOf.some(({ type }) => type === 'null'),
    defaults: Object.fromEntries(
      Preset.options.map(preset => [preset, presets[preset].recipe[key]]),
    ) as OptionField['defaults'],
  }
}

type Limits = Pick<OptionField, 'kind' | 'min' | 'max' | 'multipleOf' | 'choices'>

function limitsOf(field: FieldSchema): Limits {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf } = field
  return {
    kind: kindOf(field),
    min: minimum ?? exclusiveMinimum ?? null,
    max: maximum ?? exclusiveMaximum ?? null,
    multipleOf: multipleOf ?? null,
    choices: field.enum ?? [],
  }
}

function kindOf({ type, enum: choices }: FieldSchema): OptionField['kind'] {
  if (choices) return 'choice'
  if (type === 'boolean') return 'switch'
  return type === 'integer' ? 'integer' : 'number'
}

import type * as z from 'zod'

/** One command: what it takes, in words and in a schema. Options, help and checks all follow from it. */
export interface CommandDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly summary: string
  readonly input: S
  /** Field that is given without a flag, such as the ID in `models download ID` */
  readonly argument?: string
  /** What the help adds to the description of a field, in brackets */
  readonly hints?: Readonly<Record<string, string>>
  /** Lines shown under "Examples", without the leading `slicetune` */
  readonly examples: readonly string[]
  /** A rule that spans several fields; returns the sentence to print, or null when all is well. */
  readonly check?: (input: z.infer<S>) => string | null
}

export function defineCommand<S extends z.ZodObject>(procedure: CommandDefinition<S>): CommandDefinition<S> {
  return procedure
}

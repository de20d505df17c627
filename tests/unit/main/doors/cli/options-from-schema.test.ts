import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { optionsFromSchema, parseInput } from '../../../../../src/main/doors/cli/options-from-schema'

const schema = z.object({
  dataFolder: z.string().meta({ placeholder: 'DIR', description: 'where it lies' }),
  epochs: z.int().min(1).max(1000).default(10).describe('how often'),
  learningRate: z.number().positive().optional().describe('how fast'),
  preset: z.enum(['quick', 'full']).default('quick').describe('which recipe'),
  flips: z.boolean().default(false).describe('mirror'),
  cache: z.boolean().default(true).describe('keep'),
  best: z.int().nullable().default(null).describe('may be none'),
})

function parse(...args: string[]): Record<string, unknown> {
  const command = new Command('test').exitOverride().configureOutput({ writeErr: () => undefined })
  return optionsFromSchema(command, schema).parse(args, { from: 'user' }).opts()
}

describe('options from a schema', () => {
  test('are flags in kebab-case that turn into the fields of the schema', () => {
    const values = parse(
      ...['--data-folder', 'x', '--epochs', '3', '--learning-rate', '1e-4', '--preset', 'full'],
      ...['--flips', '--no-cache', '--best', '2'],
    )

    expect(parseInput(schema, values, '')).toEqual({
      dataFolder: 'x',
      epochs: 3,
      learningRate: 1e-4,
      preset: 'full',
      flips: true,
      cache: false,
      best: 2,
    })
  })

  test('leave the defaults to the schema', () => {
    expect(parseInput(schema, parse('--data-folder', 'x'), '')).toEqual({
      dataFolder: 'x',
      epochs: 10,
      preset: 'quick',
      flips: false,
      cache: true,
      best: null,
    })
  })

  test('show description, range, choices and default in the help', () => {
    const help = optionsFromSchema(new Command('test'), schema)
      .configureHelp({ helpWidth: 200 })
      .helpInformation()

    expect(help).toMatch(/--data-folder <DIR>\s+where it lies \(required\)/)
    expect(help).toMatch(/--epochs <N>\s+how often \(1 to 1000; default: 10\)/)
    expect(help).toMatch(/--learning-rate <N>\s+how fast \(above 0\)/)
    expect(help).toMatch(/--preset <value>\s+which recipe \(default: quick\) \(choices: "quick", "full"\)/)
    expect(help).toMatch(/--no-cache/)
  })

  test.each([
    [['--epochs', '0'], '--epochs'],
    [['--epochs', '2.5'], '--epochs'],
    [['--epochs', ''], '--epochs'],
    [['--epochs', '0x10000'], '--epochs'],
    [['--learning-rate', '0'], '--learning-rate'],
    [['--learning-rate', 'NaN'], '--learning-rate'],
    [['--preset', 'slow'], '--preset'],
    [['--epoch', '1'], 'Did you mean --epochs?'],
  ])('refuse %j and name the flag', (args, words) => {
    expect(() => parse('--data-folder', 'x', ...args)).toThrow(words)
  })

  test('say which required one is missing, and where to look', () => {
    expect(() => parseInput(schema, parse(), 'See "test --help".')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: '--data-folder is missing. See "test --help".' }),
    )
  })
})

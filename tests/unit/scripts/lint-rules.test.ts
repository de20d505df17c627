import { resolve } from 'node:path'
import { ESLint } from 'eslint'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')
const eslint = new ESLint({ cwd: root })

/** Lints a text as if it stood in an existing file, so that the type-checked rules apply too. */
async function rulesBrokenBy(text: string, file = 'src/shared/errors.ts'): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: resolve(root, file) })
  return [...new Set((result?.messages ?? []).map(message => message.ruleId ?? message.message))].sort()
}

const longFunction = `export function long(): number {\n${'  void 0\n'.repeat(70)}  return 1\n}\n`
const branches = Array.from({ length: 13 }, (_, at) => `  if (n === ${at}) return ${at}\n`).join('')

test.each([
  ['prints by itself', "console.log('x')\nexport const a = 1\n", 'no-console'],
  [
    'lets a promise float',
    'async function f(): Promise<void> {\n  await Promise.resolve()\n}\nexport const g = (): void => {\n  f()\n}\n',
    '@typescript-eslint/no-floating-promises',
  ],
  ['uses any', 'export const a = (b: any): unknown => b\n', '@typescript-eslint/no-explicit-any'],
  ['exports a default', 'const a = 1\nexport default a\n', 'no-restricted-syntax'],
  ['has a file of 301 lines', `${'// a line\n'.repeat(300)}export const a = 1\n`, 'max-lines'],
  ['has a function of 72 lines', longFunction, 'max-lines-per-function'],
  [
    'has a function with 14 ways',
    `export function f(n: number): number {\n${branches}  return 99\n}\n`,
    'complexity',
  ],
  ['makes code of text', "export const f = (): unknown => eval('1')\n", 'no-eval'],
])('refuses a file that %s', async (_what, text, rule) => {
  expect(await rulesBrokenBy(text)).toContain(rule)
})

test('accepts an ordinary file, and printing in the printer', async () => {
  expect(await rulesBrokenBy('export const double = (n: number): number => 2 * n\n')).toEqual([])
  expect(await rulesBrokenBy("console.log('x')\n", 'src/main/doors/cli/print.ts')).toEqual([])
})

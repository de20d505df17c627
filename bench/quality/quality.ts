import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { clicksTable, defaultTable, diceTable } from './markdown'
import type { Place, Tuned } from './measure'
import { evaluate, tune } from './measure'
import type { ModelId, SetName } from './plan'
import { isAsked, keyOf, models, prompts, sets } from './plan'
import { readResults, writeResults } from './results'

const help = `Judges every bundled model, as it comes and tuned by "quick", on the validation cases of the four sets.

  npm run quality -- --sets DIR [--set NAME]... [--model ID]... [--base-only]
  npm run quality -- --tables     writes the tables into docs/quality.md again

What was measured before is kept; delete its line in docs/generated/quality.json to measure it anew.
`

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * @param root - the checkout
 * @returns exit code
 */
export async function quality(argv: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sets: { type: 'string' },
      set: { type: 'string', multiple: true },
      model: { type: 'string', multiple: true },
      'base-only': { type: 'boolean', default: false },
      tables: { type: 'boolean', default: false },
    },
  })
  const file = join(root, 'docs', 'generated', 'quality.json')
  if (values.tables) {
    writeTables(root, file)
    return 0
  }
  if (values.sets === undefined) {
    say(help.trimEnd())
    return 2
  }
  const runs = join(root, 'out', 'quality')
  mkdirSync(runs, { recursive: true })
  const place = { root, sets: values.sets, runs }
  const chosen = <T extends string>(all: readonly T[], given: readonly string[] | undefined): T[] =>
    all.filter(one => !given || given.includes(one))
  for (const set of chosen(sets, values.set)) {
    for (const model of chosen(models, values.model)) {
      await measureModel(place, file, { set, model, baseOnly: values['base-only'] })
    }
  }
  writeTables(root, file)
  return 0
}

interface Part {
  readonly set: SetName
  readonly model: ModelId
  readonly baseOnly: boolean
}

async function measureModel(place: Place, file: string, { set, model, baseOnly }: Part): Promise<void> {
  await measureState(place, file, { set, model, state: 'base' }, model)
  if (baseOnly) return
  const missing = prompts.some(
    prompt => !(keyOf({ set, model, state: 'tuned', prompt }) in readResults(file).results),
  )
  if (!missing) return
  say(`Tuning ${model} on ${set}…`)
  const tuned: Tuned = await tune(place, set, model)
  const known = readResults(file)
  writeResults(file, { ...known, tuning: { ...known.tuning, [`${set} ${model}`]: tuned.seconds } })
  await measureState(place, file, { set, model, state: 'tuned' }, tuned.checkpoint)
}

async function measureState(
  place: Place,
  file: string,
  part: { readonly set: SetName; readonly model: ModelId; readonly state: 'base' | 'tuned' },
  weights: string,
): Promise<void> {
  for (const prompt of prompts) {
    const question = { ...part, prompt }
    const known = readResults(file)
    if (!isAsked(question) || keyOf(question) in known.results) continue
    say(`${keyOf(question)}…`)
    const result = await evaluate(place, question, weights)
    const now = readResults(file)
    writeResults(file, { ...now, results: { ...now.results, [keyOf(question)]: result } })
    say(`  Dice ${result.dice?.toFixed(4) ?? '—'}, clicks ${result.clicks?.toFixed(2) ?? '—'}`)
  }
}

const tables = { dice: diceTable, clicks: clicksTable, default: defaultTable }

/** Replaces what stands between `<!-- table: NAME -->` and `<!-- end -->`. */
function writeTables(root: string, file: string): void {
  const results = readResults(file)
  const document = join(root, 'docs', 'quality.md')
  let text = readFileSync(document, 'utf8')
  for (const [name, make] of Object.entries(tables)) {
    const pattern = new RegExp(`(<!-- table: ${name} -->\\n)[\\s\\S]*?(<!-- end -->)`)
    text = text.replace(pattern, (_, start: string, end: string) => `${start}\n${make(results)}\n\n${end}`)
  }
  writeFileSync(document, text)
}

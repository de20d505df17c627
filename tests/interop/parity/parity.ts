import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findPython } from '../../../bench/python'
import { recipeOf } from '../../../src/shared/domain/training-options'
import { compareOn } from './compare'
import { largestDifference, parityTable } from './markdown'
import { readResults, writeResults } from './results'

const help = `Tunes a model by SliceTune and by PyTorch on the same batches, and compares the two.

  npm run parity -- --sets DIR [--set NAME]... [--epochs N] [--model ID] [--threads N]
  npm run parity -- --table      writes the table into docs/quality.md again

Raw figures go to docs/generated/parity.json. Ends with 1 where a pair of models is more than 0.01 Dice apart.
PyTorch comes from SLICETUNE_PYTHON=/path/to/python, else from .tools/bench-venv, which is made when it is missing.
`

/** Goal of the comparison, in Dice. */
const mostApart = 0.01

const defaultSets = ['fetal-head-us', 'nerves-vessels-us']

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * @param root - the checkout
 * @returns exit code
 */
export async function parity(argv: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sets: { type: 'string' },
      set: { type: 'string', multiple: true, default: defaultSets },
      epochs: { type: 'string' },
      model: { type: 'string', default: 'efficientsam-ti-medical' },
      threads: { type: 'string', default: '0' },
      table: { type: 'boolean', default: false },
    },
  })
  const file = join(root, 'docs', 'generated', 'parity.json')
  if (values.table) {
    writeTable(root, file)
    return 0
  }
  if (values.sets === undefined) {
    say(help.trimEnd())
    return 2
  }
  const epochs = values.epochs === undefined ? {} : { epochs: Number(values.epochs) }
  const recipe = recipeOf('quick', { ...epochs, clickShare: 0, stopPatience: 0 })
  const signal = new AbortController().signal
  const python = await findPython({ root, say, signal })
  if ('reason' in python) {
    say(python.reason)
    return 1
  }
  const work = mkdtempSync(join(tmpdir(), 'slicetune-parity-'))
  try {
    for (const set of values.set) {
      const folder = join(work, set)
      mkdirSync(folder)
      const place = { root, folder, python: python.program, threads: Number(values.threads), say, signal }
      const result = await compareOn(join(values.sets, set), { model: values.model, recipe }, place)
      writeResults(file, { ...readResults(file), [set]: { torch: python.torchVersion, ...result } })
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  writeTable(root, file)
  const results = readResults(file)
  const apart = Math.max(...values.set.map(set => largestDifference(results, set)))
  say(`Largest difference ${apart.toFixed(4)} Dice; at most ${mostApart} is wanted.`)
  return apart <= mostApart ? 0 : 1
}

/** Replaces what stands between the two marks. */
function writeTable(root: string, file: string): void {
  const document = join(root, 'docs', 'quality.md')
  const text = readFileSync(document, 'utf8')
  const table = parityTable(readResults(file))
  const pattern = /(<!-- parity -->\n)[\s\S]*?(<!-- end of parity -->)/
  writeFileSync(
    document,
    text.replace(pattern, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`),
  )
}

import type { Comparison, PromptName, Results, Score, State } from './results'
import { prompts } from './results'

const pairs = [
  { name: 'last', ours: 'ours', torch: 'torch' },
  { name: 'our best', ours: 'oursBest', torch: 'torchBest' },
] as const satisfies readonly { name: string; ours: State; torch: State }[]

const promptNames: Readonly<Record<PromptName, string>> = { box: 'loose box', point: 'one point' }

/** A row for each set, prompt and epoch, then what the training losses were. */
export function parityTable(results: Results): string {
  const head = [
    'Set',
    'Prompt',
    'Epoch',
    'Base',
    'SliceTune',
    'PyTorch',
    'Difference',
    'of one case, at most',
  ]
  const rows = Object.entries(results).flatMap(([set, comparison]) => rowsOf(set, comparison))
  const losses = Object.entries(results).map(([set, comparison]) => lossRow(set, comparison))
  const lossHead = [
    'Set',
    'Epochs',
    'Loss, first epoch',
    'PyTorch',
    'Loss, last epoch',
    'PyTorch',
    'Largest relative difference: epochs 1 to 3',
    'all epochs',
  ]
  return `${table(head, rows)}\n\n${table(lossHead, losses)}`
}

function rowsOf(set: string, { scores, losses, bestEpoch }: Comparison): string[][] {
  const numbers = { last: losses.ours.length, 'our best': bestEpoch }
  return prompts.flatMap(prompt =>
    pairs.map(({ name, ours, torch }) => {
      const of = scores[prompt]
      const figures = [of.base, of[ours], of[torch]].map(({ dice }) => dice.toFixed(4))
      const apart = Math.abs(of[ours].dice - of[torch].dice)
      const most = casesApart(of[ours], of[torch])
      return [set, promptNames[prompt], `${numbers[name]} (${name})`, ...figures, small(apart), small(most)]
    }),
  )
}

/** The largest difference of a case; one that only one side could score counts as 1. */
function casesApart(ours: Score, torch: Score): number {
  const apart = ours.cases.map((dice, index) => {
    const other = torch.cases[index] ?? null
    if (dice === null || other === null) return dice === other ? 0 : 1
    return Math.abs(dice - other)
  })
  return Math.max(...apart)
}

const small = (value: number): string =>
  value >= 1e-4 ? value.toFixed(4) : value === 0 ? '0' : value.toExponential(0)

function lossRow(set: string, { losses }: Comparison): string[] {
  const apart = losses.ours.map((loss, epoch) => Math.abs(loss - (losses.torch[epoch] ?? NaN)) / loss)
  const [first, last] = [0, -1].map(epoch => [losses.ours.at(epoch), losses.torch.at(epoch)])
  const figures = [...(first ?? []), ...(last ?? [])].map(loss => (loss ?? NaN).toFixed(5))
  const largest = [apart.slice(0, 3), apart].map(some => Math.max(...some).toExponential(1))
  return [set, String(apart.length), ...figures, ...largest]
}

/** Columns padded to one width, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map(row => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** Of the Dice of our models and PyTorch's, over prompts and epochs. */
export function largestDifference(results: Results, set: string): number {
  const scores = results[set]?.scores
  if (!scores) return Infinity
  const apart = prompts.flatMap(prompt =>
    pairs.map(({ ours, torch }) => Math.abs(scores[prompt][ours].dice - scores[prompt][torch].dice)),
  )
  return Math.max(...apart)
}

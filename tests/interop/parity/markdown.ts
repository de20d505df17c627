import type { Comparison, PromptName, Results, State } from './results'
import { prompts } from './results'

const pairs = [
  { name: 'last', ours: 'ours', torch: 'torch' },
  { name: 'our best', ours: 'oursBest', torch: 'torchBest' },
] as const satisfies readonly { name: string; ours: State; torch: State }[]

const promptNames: Readonly<Record<PromptName, string>> = { box: 'loose box', point: 'one point' }

/** A row for each set, prompt and epoch, then what the training losses were. */
export function parityTable(results: Results): string {
  const head = ['Set', 'Prompt', 'Epoch', 'Base', 'SliceTune', 'PyTorch', 'Difference']
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
      const difference = Math.abs(of[ours].dice - of[torch].dice).toFixed(4)
      return [set, promptNames[prompt], `${numbers[name]} (${name})`, ...figures, difference]
    }),
  )
}

function lossRow(set: string, { losses }: Comparison): string[] {
  const apart = losses.ours.map((loss, epoch) => Math.abs(loss - (losses.torch[epoch] ?? NaN)) / loss)
  const [first, last] = [0, -1].map(epoch => [losses.ours.at(epoch), losses.torch.at(epoch)])
  const figures = [...(first ?? []), ...(last ?? [])].map(loss => (loss ?? NaN).toFixed(5))
  const largest = [apart.slice(0, 3), apart].map(some => Math.max(...some).toExponential(1))
  return [set, String(apart.length), ...figures, ...largest]
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')

/** Of the Dice of our models and PyTorch's, over prompts and epochs. */
export function largestDifference(results: Results, set: string): number {
  const scores = results[set]?.scores
  if (!scores) return Infinity
  const apart = prompts.flatMap(prompt =>
    pairs.map(({ ours, torch }) => Math.abs(scores[prompt][ours].dice - scores[prompt][torch].dice)),
  )
  return Math.max(...apart)
}

import { bootstrapInterval } from '../../src/core/metrics'
import type { ModelId, PromptName, Question, SetName } from './plan'
import { isAsked, keyOf, models, sets, states } from './plan'
import type { Result, Results } from './results'

const digits = (value: number, count: number): string => value.toFixed(count)

/** "0.945 (0.936–0.953)": the mean over cases and its bootstrap 95 % interval. */
function diceCell(result: Result | undefined): string {
  if (!result || result.dice === null) return '—'
  const interval = bootstrapInterval(
    result.cases.filter(value => value !== null),
    { seed: 0 },
  )
  const range = interval ? ` (${digits(interval[0], 3)}–${digits(interval[1], 3)})` : ''
  return `${digits(result.dice, 3)}${range}`
}

function clicksCell(result: Result | undefined): string {
  if (!result || result.clicks === null) return '—'
  return `${digits(result.clicks, 1)} (${result.unreached} of ${result.objects} never)`
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')

type Cell = (result: Result | undefined) => string

function rowsOf({ results }: Results, asked: readonly PromptName[], cell: Cell): string[][] {
  const rows: string[][] = []
  for (const set of sets) {
    for (const model of models) {
      for (const state of states) {
        const question = (prompt: PromptName): Question => ({ set, model, state, prompt })
        const cells = asked.map(prompt =>
          isAsked(question(prompt)) ? cell(results[keyOf(question(prompt))]) : 'not offered',
        )
        const isMeasured = asked.some(prompt => results[keyOf(question(prompt))])
        if (isMeasured) rows.push([set, model, state, ...cells])
      }
    }
  }
  return rows
}

export function diceTable(results: Results): string {
  const head = ['Set', 'Model', '', 'Loose box', 'One point', 'Box found by itself']
  return table(head, rowsOf(results, ['box', 'point', 'found'], diceCell))
}

export function clicksTable(results: Results): string {
  const head = ['Set', 'Model', '', 'From a click', 'From a box (which counts as two)']
  return table(head, rowsOf(results, ['clicks', 'box-clicks'], clicksCell))
}

/** Clicks to 0.9 of an untuned model on a set, with the start that suits it better; null where nothing was measured. */
function fewestClicks({ results }: Results, set: SetName, model: ModelId): number | null {
  const starts = ['clicks', 'box-clicks'] as const
  const clicks = starts.flatMap(prompt => results[keyOf({ set, model, state: 'base', prompt })]?.clicks ?? [])
  return clicks.length === 0 ? null : Math.min(...clicks)
}

/** The choice of the default model for annotation, over the sets on which every model was asked. */
export function defaultTable(results: Results): string {
  const compared = sets.filter(set => models.every(model => fewestClicks(results, set, model) !== null))
  const rows = models.map(model => {
    const clicks = compared.map(set => fewestClicks(results, set, model) ?? NaN)
    const mean = clicks.reduce((sum, value) => sum + value, 0) / clicks.length
    return [model, ...[...clicks, mean].map(value => digits(value, 2))]
  })
  return table(['Untuned, clicks to Dice 0.9', ...compared, 'mean'], rows)
}

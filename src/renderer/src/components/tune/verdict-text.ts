import type { TrainingRun, Verdict } from '../../../../shared/domain/training-run'
import { formatNumber, formatScore } from '../../composables/format'
import { t, type MessageKey } from '../../locale'

/** A gain with its sign. */
export function signed(value: number | null, digits = 2): string {
  if (value === null) return '–'
  const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return formatNumber(value, { ...shape, signDisplay: 'exceptZero' })
}

/** Two digits, or three where two would show no difference. */
export function scorePair(base: number | null, tuned: number | null): readonly [string, string] {
  const isSame = formatScore(base) === formatScore(tuned) && base !== tuned
  const digits = isSame ? 3 : 2
  return [formatScore(base, digits), formatScore(tuned, digits)]
}

/** A slice that got worse by more than is seen on it. */
export const isWorse = ({ base, tuned }: Verdict['cases'][number]): boolean =>
  base !== null && tuned !== null && tuned < base - 0.01

export const isBetter = ({ base, tuned }: Verdict['cases'][number]): boolean =>
  base !== null && tuned !== null && tuned > base

const headKeys = {
  better: 'tune.verdict.better',
  mixed: 'tune.verdict.mixed',
  worse: 'tune.verdict.worse',
  'no-clear-change': 'tune.verdict.unclear',
  'not-judged': 'tune.verdict.notJudged',
} as const satisfies Record<Verdict['outcome'], MessageKey>

/** The one sentence of the view. */
export function verdictHead({ name }: TrainingRun, verdict: Verdict): string {
  const [base, tuned] = scorePair(verdict.baseDice, verdict.tunedDice)
  return t(headKeys[verdict.outcome], { name, base, tuned })
}

/** What follows from it. */
export function verdictText(run: TrainingRun, verdict: Verdict): string {
  const { cases, outcome } = verdict
  const n = cases.length
  switch (outcome) {
    case 'better':
      return t('tune.verdict.heldOut', { n })
    case 'mixed': {
      const worse = cases.filter(isWorse).length
      return t('tune.verdict.mixed.text', { better: cases.filter(isBetter).length, worse })
    }
    case 'worse':
      return t('tune.verdict.worse.text', { name: worstName(verdict) })
    case 'no-clear-change':
      return t('tune.verdict.unclear.text', { n })
    case 'not-judged':
      return t('tune.verdict.notJudged.text', { name: run.name })
  }
}

function worstName({ cases }: Verdict): string {
  const loss = ({ base, tuned }: Verdict['cases'][number]): number => (tuned ?? 0) - (base ?? 0)
  return [...cases].sort((a, b) => loss(a) - loss(b))[0]?.name ?? ''
}

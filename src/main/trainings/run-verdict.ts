import * as z from 'zod'
import { meanOfDefined } from '../../core/metrics'
import type { VersionMetrics } from '../../shared/domain/model-version'
import type { Verdict, VerdictCase } from '../../shared/domain/training-run'
import { CaseCloseness } from '../../shared/domain/training-run'
import { smallSet, verdict } from '../figures/verdict'
import { sliceIdOf } from './run-files'

/** The cases of the job's `done`; see `judgedCases`. */
export const DoneCases = z.array(
  z.object({
    name: z.string(),
    base: z.number().nullable(),
    tuned: z.number().nullable(),
    found: z.number().nullable(),
    closeness: CaseCloseness.exactOptional(),
  }),
)
export type DoneCases = z.infer<typeof DoneCases>

/** Less than a hundredth is not seen on the slice. */
const visible = 0.01

/**
 * Base against tuned, slice by slice, for the words of the page.
 *
 * @param nameOf - of a slice as the project has it
 */
export function verdictOf(
  cases: DoneCases,
  { independent, nameOf }: { readonly independent: boolean; readonly nameOf: (sliceId: number) => string },
): Verdict {
  const judged = cases.flatMap(({ name, ...scores }): VerdictCase[] => {
    const sliceId = sliceIdOf(name)
    return sliceId === null ? [] : [{ sliceId, name: nameOf(sliceId), ...scores }]
  })
  const pairs = judged.flatMap(({ name, base, tuned }) =>
    base === null || tuned === null ? [] : [{ name, base, tuned }],
  )
  const { outcome, gain } = verdict({ cases: pairs, independent })
  const isMixed = pairs.some(({ base, tuned }) => tuned < base - visible)
  const outcomes = {
    better: isMixed ? 'mixed' : 'better',
    worse: 'worse',
    unclear: pairs.length === 0 ? 'not-judged' : 'no-clear-change',
  } as const
  return {
    outcome: outcomes[outcome],
    baseDice: meanOfDefined(pairs.map(({ base }) => base)),
    tunedDice: meanOfDefined(pairs.map(({ tuned }) => tuned)),
    foundDice: meanOfDefined(judged.map(({ found }) => found)),
    gainLow: gain?.[0] ?? null,
    gainHigh: gain?.[1] ?? null,
    isSmall: pairs.length < smallSet,
    independent,
    cases: judged,
  }
}

export function metricsOf(verdict: Verdict): VersionMetrics {
  const { baseDice, tunedDice, gainLow, gainHigh, foundDice, cases } = verdict
  return { cases: cases.length, baseDice, tunedDice, gainLow, gainHigh, foundDice }
}

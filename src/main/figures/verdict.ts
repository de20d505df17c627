import { bootstrapInterval, meanOfDefined } from '../../core/metrics'

/** One held-out slice, scored with the model before and after fine-tuning. */
export interface ComparedCase {
  readonly name: string
  /** Dice in [0, 1] */
  readonly base: number
  readonly tuned: number
}

export interface VerdictOptions {
  readonly cases: readonly ComparedCase[]
  /** False when training and validation share a patient or volume */
  readonly independent: boolean
  /** How the tuned model is called in the sentence */
  readonly name?: string
  readonly seed?: number
}

export interface Verdict {
  /** Only `better` may put the tuned model into use */
  readonly outcome: 'better' | 'worse' | 'unclear'
  /** In words, for people: the fact first, then what follows from it */
  readonly sentence: string
  readonly base: number
  readonly tuned: number
  /** 95 % interval of the mean gain, by bootstrap over cases; null without cases */
  readonly gain: readonly [low: number, high: number] | null
}

/** Below this many cases no interval can be trusted, however narrow it looks. */
export const smallSet = 10

/**
 * Says in plain words whether fine-tuning helped. The two models are compared case by case: the interval is of the
 * paired gain, and only one that leaves out zero counts as better or worse.
 */
export function verdict({ cases, independent, name = 'v1', seed = 0 }: VerdictOptions): Verdict {
  const base = meanOfDefined(cases.map(compared => compared.base))
  const tuned = meanOfDefined(cases.map(compared => compared.tuned))
  if (base === null || tuned === null) {
    const sentence =
      'There were no held-out slices, so nothing is known about the tuned model. The base stays in use.'
    return { outcome: 'unclear', sentence, base: NaN, tuned: NaN, gain: null }
  }
  const gains = cases.map(compared => compared.tuned - compared.base)
  const gain = bootstrapInterval(gains, { seed })
  const outcome = outcomeOf(gain)
  const figures = figuresOf(base, tuned)
  const held = slices(cases.length)
  const sentences = {
    better: `${name} beats the base: Dice ${figures} on ${held}${small(cases)}.${mixed(cases)}`,
    worse:
      `${name} is worse than the base: Dice ${figures} on ${held}${small(cases)}. The base stays in use. ` +
      `Worst slice: ${worst(cases)}. More slices of that kind, or a larger preset, may help.`,
    unclear:
      `${name} is about as good as the base: Dice ${figures} on ${held}, within the uncertainty${small(cases)}. ` +
      `The base stays in use.`,
  } as const satisfies Record<Verdict['outcome'], string>
  const dependence = independent
    ? ''
    : ' Not independent: training and validation share a patient or volume, so the result looks better than it is.'
  return { outcome, sentence: sentences[outcome] + dependence, base, tuned, gain }
}

function outcomeOf(gain: readonly [number, number] | null): Verdict['outcome'] {
  if (gain === null) return 'unclear'
  if (gain[0] > 0) return 'better'
  return gain[1] < 0 ? 'worse' : 'unclear'
}

/** Two decimals, or three where two would show no difference. */
function figuresOf(base: number, tuned: number): string {
  const digits = base.toFixed(2) === tuned.toFixed(2) && base !== tuned ? 3 : 2
  return `${base.toFixed(digits)} → ${tuned.toFixed(digits)}`
}

function slices(count: number): string {
  return count === 1 ? '1 held-out slice' : `${count} held-out slices`
}

function small(cases: readonly ComparedCase[]): string {
  return cases.length < smallSet ? ' (small set: uncertain)' : ''
}

/** A gain in the mean can hide slices that got worse. */
function mixed(cases: readonly ComparedCase[]): string {
  // Less than a hundredth is not seen on the slice.
  const worse = cases.filter(compared => compared.tuned < compared.base - 0.01)
  if (worse.length === 0) return ''
  const names = worse.slice(0, 3).map(compared => compared.name)
  const more = worse.length > 3 ? ', …' : ''
  return ` Worse on ${worse.length} of them (${names.join(', ')}${more}): look at those before you switch.`
}

function worst(cases: readonly ComparedCase[]): string {
  return cases.reduce((a, b) => (b.tuned - b.base < a.tuned - a.base ? b : a)).name
}

import type { Generator } from '../../../../src/core/random'
import { progressIn } from './phase'
import { unfinishedName } from './run-files'
import type { Sign, Strike, TraceOptions } from './traced-run'

/** What a strike waits for: a moment drawn at random, or a sign of something going on. */
export const aims = [
  'anywhen',
  'encode',
  'step',
  'checkpoint',
  'validation',
  'files',
  'report',
  'start',
] as const
export type Aim = (typeof aims)[number]

const isFileOf = (sign: Sign, pattern: RegExp): boolean =>
  sign.kind === 'file' && pattern.test(unfinishedName(sign.name) ?? sign.name)

const progressOf = (sign: Sign) => (sign.kind === 'line' ? progressIn(sign.text) : null)

interface Target {
  readonly isSeen: (sign: Sign) => boolean
  /** It strikes at one of so many sightings, about as many as a whole run gives */
  readonly sightings: number
  /** and up to so many milliseconds later */
  readonly delayMs: number
}

const targets: Readonly<Record<Exclude<Aim, 'anywhen' | 'start'>, Target>> = {
  encode: {
    // The first slice waits for the encoder to be compiled.
    isSeen: sign =>
      (sign.kind === 'line' && sign.text.startsWith('Training on ')) ||
      (progressOf(sign)?.stage === 'Encoding slices' && !isOver(sign)),
    sightings: 6,
    delayMs: 3,
  },
  step: { isSeen: sign => isEpoch(sign) && !isOver(sign), sightings: 19, delayMs: 15 },
  validation: { isSeen: sign => isEpoch(sign) && isOver(sign), sightings: 5, delayMs: 8 },
  // Every file gives several signs: it is made, written to and renamed.
  checkpoint: { isSeen: sign => isFileOf(sign, /\.pth$/), sightings: 37, delayMs: 3 },
  files: { isSeen: sign => isFileOf(sign, /^log\.jsonl$|\.png$/), sightings: 80, delayMs: 5 },
  report: {
    isSeen: sign => isFileOf(sign, /^MODEL_CARD\.md$|^overlays\.png$/),
    sightings: 3,
    delayMs: 15,
  },
}

function isEpoch(sign: Sign): boolean {
  const epoch = progressOf(sign)?.epoch
  return epoch !== undefined && epoch !== null
}

function isOver(sign: Sign): boolean {
  const progress = progressOf(sign)
  return progress !== null && progress.done === progress.total
}

export interface StrikePlan {
  readonly aim: Aim
  /** Sent one after the other: a second SIGINT stops at the next safe point */
  readonly signals: readonly NodeJS.Signals[]
  /** How long a whole run takes */
  readonly wholeMs: number
  /** Whether it goes on where another was struck, and has less before it */
  readonly isResumed: boolean
}

/** The hooks of a traced run that make it end as planned; it may be over before. */
export function strikeBy(
  { aim, signals, wholeMs, isResumed }: StrikePlan,
  generator: Generator,
): Pick<TraceOptions, 'onStart' | 'onSign'> {
  const after = (ms: number, strike: Strike): void => {
    const hit = (): void => signals.forEach(strike)
    if (ms < 1) hit()
    else setTimeout(hit, ms).unref()
  }
  if (aim === 'anywhen' || aim === 'start') {
    const ms = generator.uniform() * wholeMs * (aim === 'start' ? 0.3 : 1)
    return { onStart: strike => after(ms, strike) }
  }
  const { isSeen, sightings, delayMs } = targets[aim]
  const delay = generator.uniform() * delayMs
  let left = generator.integer(1, Math.ceil(sightings * (isResumed ? 0.5 : 1)))
  return {
    onSign: (sign, strike) => {
      if (isSeen(sign) && --left === 0) after(delay, strike)
    },
  }
}

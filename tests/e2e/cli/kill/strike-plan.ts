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
  /** It strikes at one of the first so many sightings */
  readonly sightings: number
  /** and up to so many milliseconds later */
  readonly delayMs: number
}

const targets: Readonly<Record<Exclude<Aim, 'anywhen' | 'start'>, Target>> = {
  encode: {
    isSeen: sign => progressOf(sign)?.stage === 'Encoding slices' && !isOver(sign),
    sightings: 9,
    delayMs: 1,
  },
  step: { isSeen: sign => isEpoch(sign) && !isOver(sign), sightings: 12, delayMs: 15 },
  validation: { isSeen: sign => isEpoch(sign) && isOver(sign), sightings: 4, delayMs: 8 },
  // Every checkpoint gives two signs: the file beside it, and its name at the rename.
  checkpoint: { isSeen: sign => isFileOf(sign, /\.pth$/), sightings: 12, delayMs: 3 },
  files: { isSeen: sign => isFileOf(sign, /^log\.jsonl$|\.png$/), sightings: 12, delayMs: 5 },
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
}

/** The hooks of a traced run that make it end as planned; it may be over before. */
export function strikeBy(
  { aim, signals, wholeMs }: StrikePlan,
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
  let left = generator.integer(1, sightings)
  return {
    onSign: (sign, strike) => {
      if (isSeen(sign) && --left === 0) after(delay, strike)
    },
  }
}

import { epochs } from './tiny-training'
import { epochsOnDisk, unfinishedName } from './run-files'
import type { Sign } from './traced-run'

export const phases = [
  'start-up',
  'encode',
  'judging the base',
  'step',
  'validation',
  'checkpoint write',
  'log and charts',
  'report',
] as const
export type Phase = (typeof phases)[number]

/** A line of progress: "Epoch 2: 50 % (2/4) · loss 1.2". */
export interface Progress {
  readonly stage: string
  /** null outside of epochs */
  readonly epoch: number | null
  readonly done: number
  readonly total: number
}

const progressLine = /^(Encoding slices|Judging the base|Epoch (\d+)): \d+ % \((\d+)\/(\d+)\)/

export function progressIn(line: string): Progress | null {
  const match = progressLine.exec(line)
  if (!match) return null
  const [, stage = '', epoch, done, total] = match
  // An optional group is undefined where it did not match, which the type of a match does not say.
  return {
    stage,
    epoch: stage.startsWith('Epoch') ? Number(epoch) : null,
    done: Number(done),
    total: Number(total),
  }
}

export interface Struck {
  /** What was seen up to the signal */
  readonly signs: readonly Sign[]
  /** Folder of the run; null where there is none yet */
  readonly run: string | null
  /** Unfinished files that were not there before */
  readonly unfinished: readonly string[]
}

/**
 * Where a kill struck. What lies on the disk is believed first (an unfinished file, a log ahead of its checkpoint),
 * then what was printed last.
 */
export function phaseOf({ signs, run, unfinished }: Struck): Phase {
  const written = unfinished.map(unfinishedName)
  if (written.some(name => name?.endsWith('.pth'))) return 'checkpoint write'
  if (written.some(name => name === 'MODEL_CARD.md' || name === 'overlays.png')) return 'report'
  if (written.some(name => name !== 'config.json')) return 'log and charts'
  const lines = signs.flatMap(sign => (sign.kind === 'line' ? [sign.text] : []))
  if (!lines.some(line => line.startsWith('Training on '))) return 'start-up'
  const last = lines.flatMap(line => progressIn(line) ?? []).at(-1) ?? null
  if (last !== null && last.epoch !== null && run !== null) return phaseInEpoch(lines, run, last)
  return phaseBeforeEpochs(lines, last)
}

function phaseBeforeEpochs(lines: readonly string[], last: Progress | null): Phase {
  const isOver = last !== null && last.done === last.total
  const encodes = lines.some(line => line.includes('preset quick'))
  if (encodes && (last === null || (last.stage === 'Encoding slices' && !isOver))) return 'encode'
  const isResumed = lines.some(line => line.startsWith('Going on from '))
  return isResumed || (last?.stage === 'Judging the base' && isOver) ? 'step' : 'judging the base'
}

function phaseInEpoch(lines: readonly string[], run: string, { epoch, done, total }: Progress): Phase {
  const { logged, saved } = epochsOnDisk(run)
  if (logged > saved) return 'checkpoint write' // between the log and the latest checkpoint
  if (done < total) return 'step'
  if (epoch !== saved) return 'validation'
  const isReported = lines.some(line => line.startsWith(`{"event":"epoch","epoch":${epoch},`))
  if (!isReported) return 'log and charts'
  return epoch === epochs ? 'report' : 'step'
}

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Preset } from '../../../../src/shared/domain/training-options'
import { discFiles } from '../../../unit/main/support/disc-slices'
import { picoCheckpoint } from '../../../unit/main/support/pico-weights'

export interface TinyTraining {
  /** Holds data and weights, and the runs that a test makes in it */
  readonly folder: string
  readonly data: string
  readonly model: string
}

export const epochs = 5
/** No stage has more than ten, so that each is a line of progress. */
const slices = { train: 7, val: 3 }

/** A model of 33 thousand weights and ten slices: start-up aside, a run takes half a second. */
export function makeTinyTraining(): TinyTraining {
  const folder = mkdtempSync(join(tmpdir(), 'slicetune-kill-'))
  const [data, model] = [join(folder, 'data'), join(folder, 'pico.pth')]
  const files = { ...discFiles(slices.train, 'train/'), ...discFiles(slices.val, 'val/', 20) }
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(data, path)), { recursive: true })
    writeFileSync(join(data, path), bytes)
  }
  writeFileSync(model, picoCheckpoint())
  return { folder, data, model }
}

/** A rate so high that the schedule has something to do, and that any slip grows. */
const recipe = '--learning-rate 0.3 --plateau-patience 0 --plateau-factor 0.5 --stop-patience 0 --seed 3'

/** On one thread, so that sums are taken in one order. */
export function trainArguments({ data, model }: TinyTraining, preset: Preset, out: string): string[] {
  return [
    ...['train', '--data', data, '--model', model, '--out', out, '--preset', preset],
    ...['--epochs', String(epochs), '--batch-size', '2', '--threads', '1', '--json'],
    ...recipe.split(' '),
  ]
}

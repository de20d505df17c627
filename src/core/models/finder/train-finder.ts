import type { FinderCard, FinderClass } from '../../../shared/domain/finder'
import type { Engine } from '../../engine'
import type { SliceGeometry } from '../../imaging/geometry'
import type { Parameters } from '../../training/parameters'
import { calibrateClass, heldOutCase, smallestObject } from './calibrate-class'
import type { HeldOutCase } from './calibrate-class'
import type { FinderConfig } from './config'
import type { FinderExample, FitProgress } from './fit-finder'
import { fitFinder } from './fit-finder'
import { FinderMaps } from './finder'
import { foldsByGroup } from './folds'

/** A slice to learn from: "nothing here" slices are slices whose target is all 0. */
export interface FinderSample {
  /** Slices of one patient or volume share it; calibration never judges a slice by its own kin */
  readonly group: string
  readonly geometry: SliceGeometry
  /** Opened when it is needed, several times over */
  load(): Promise<FinderExample>
}

export interface TrainFinderOptions {
  readonly seed: number
  /** Of the card, in the order of the maps */
  readonly labels: readonly (number | null)[]
  /** Epochs of each fit; left out: by the number of slices */
  readonly epochs?: number
  /** Asked between steps */
  readonly stopRequested?: () => boolean
}

export interface TrainFinderProgress extends FitProgress {
  /** Fits done before this one, and how many there are: one a fold, and the last on everything */
  readonly fit: number
  readonly fits: number
}

export interface TrainedFinder {
  readonly parameters: Parameters
  readonly card: FinderCard
}

/** Parts into which the slices are split for calibration. */
const mostFolds = 3

/**
 * Trains a finder and learns how to read its maps: each part of the slices is judged by a finder that has not seen
 * their groups; thresholds come from there, the weights from a last fit on all.
 *
 * @returns null when it was stopped before its end
 * @throws LossNotFinite as `fitFinder`
 */
export async function* trainFinder(
  engine: Engine,
  config: FinderConfig,
  samples: readonly FinderSample[],
  options: TrainFinderOptions,
): AsyncGenerator<TrainFinderProgress, TrainedFinder | null> {
  const folds = foldsByGroup(
    samples.map(sample => sample.group),
    mostFolds,
    options.seed,
  )
  const fits = 1 + (folds ? Math.max(...folds) + 1 : 0)
  const cases: HeldOutCase[][] = options.labels.map(() => [])
  for (let fold = 0; fold < fits - 1; fold++) {
    const rest = samples.filter((_, index) => folds?.[index] !== fold)
    const parameters = yield* oneFit(engine, config, rest, { ...options, fit: fold, fits })
    if (!parameters) return null
    const judged = samples.filter((_, index) => folds?.[index] === fold)
    await judge(engine, { config, parameters }, judged, cases)
  }
  const parameters = yield* oneFit(engine, config, samples, { ...options, fit: fits - 1, fits })
  if (!parameters) return null
  const smallest = await smallestObjects(config, samples)
  const classes = options.labels.map((label, index): FinderClass => {
    return { label, ...calibrateClass(cases[index] ?? [], smallest[index] ?? null) }
  })
  return { parameters, card: { classes, slices: samples.length } }
}

async function* oneFit(
  engine: Engine,
  config: FinderConfig,
  samples: readonly FinderSample[],
  options: TrainFinderOptions & Pick<TrainFinderProgress, 'fit' | 'fits'>,
): AsyncGenerator<TrainFinderProgress, Parameters | null> {
  const { fit, fits } = options
  const fitting = fitFinder(
    engine,
    config,
    samples.map(sample => () => sample.load()),
    options,
  )
  for (;;) {
    const next = await fitting.next()
    if (next.done === true) return next.value
    yield { ...next.value, fit, fits }
  }
}

/** Adds to each class's cases what the finder says of slices that it has not seen. */
async function judge(
  engine: Engine,
  { config, parameters }: { readonly config: FinderConfig; readonly parameters: Parameters },
  samples: readonly FinderSample[],
  cases: readonly HeldOutCase[][],
): Promise<void> {
  const maps = new FinderMaps(engine, config, parameters)
  try {
    for (const sample of samples) {
      const { embedding, target } = await sample.load()
      const found = await maps.of(embedding)
      found.forEach((map, index) => {
        const item = heldOutCase(map, sample.geometry, target, index)
        if (item) cases[index]?.push(item)
      })
    }
  } finally {
    await maps.dispose()
  }
}

/** Cells of each class's smallest object; null where there is none. */
async function smallestObjects(
  { classes }: FinderConfig,
  samples: readonly FinderSample[],
): Promise<(number | null)[]> {
  const smallest = Array<number | null>(classes).fill(null)
  for (const sample of samples) {
    const { target } = await sample.load()
    for (let index = 0; index < classes; index++) {
      const size = smallestObject(target, sample.geometry, index, classes)
      if (size !== null) smallest[index] = Math.min(size, smallest[index] ?? Infinity)
    }
  }
  return smallest
}

import { join } from 'node:path'
import type { Float32Tensor } from '../../../core/engine'
import type { Model } from '../../../core/models/families'
import type { TrainedFinder } from '../../../core/models/finder/train-finder'
import type { StateDict } from '../../../core/tensor/state-dict'
import type { Parameters } from '../../../core/training/parameters'
import type { TrainingSplit } from '../../../shared/domain/training-split'
import { invariant } from '../../../shared/errors'
import { sliceKey } from '../../datasets'
import { readWholeFile } from '../../files/weights'
import { writeAtomically } from '../../files/write-atomically'
import type { OpenedModel } from '../../models/open-model'
import { checkpointNames } from './run-folder'
import type { RunProgress } from './run-progress'
import type { RunDescription } from './run-report'
import type { SavedRun } from './saved-state'
import { encodeCheckpoint, readSavedRun, withFinder } from './saved-state'
import type { TrainingSession } from './session'
import { knowsClicks } from './session'
import type { TrainingData } from './training-data'

/** Within an epoch a checkpoint is written this often: an epoch of `full` can last hours. */
const saveEveryMs = 5 * 60 * 1000

interface CheckpointWorld {
  readonly opened: OpenedModel
  readonly data: TrainingData
  readonly session: TrainingSession
}

function splitOf({ train, val }: TrainingData): TrainingSplit {
  const keys = (part: typeof train): string[] => part.map(({ record }) => sliceKey(record.id))
  return { train: keys(train), val: keys(val) }
}

/** Of what stands beside the model, the weights; moments and finder stand there too. */
const ownWeights = (beside: StateDict, parameters: Parameters): [string, Float32Tensor][] =>
  [...beside].filter(([name]) => parameters.has(name))

/** What the weights of an EfficientSAM do not tell. */
function architectureOf(model: Model): Partial<Pick<SavedRun, 'encoderHeads' | 'decoderHeads'>> {
  if (model.family !== 'efficient-sam') return {}
  const { encoderHeads, decoderHeads } = model.config
  return { encoderHeads, decoderHeads }
}

/** The checkpoints of one run: the latest and the best. */
export class RunCheckpoints {
  readonly #run: RunDescription
  readonly #world: CheckpointWorld
  readonly #split: TrainingSplit
  #lastSave = performance.now()

  constructor(run: RunDescription, world: CheckpointWorld) {
    this.#run = run
    this.#world = world
    this.#split = splitOf(world.data)
  }

  /** Whether the last one is so old that a crash would cost too much. */
  get isDue(): boolean {
    return performance.now() - this.#lastSave >= saveEveryMs
  }

  async save(name: string, progress: RunProgress): Promise<void> {
    const { trainable } = this.#world.session
    const { task, data, preset, recipe, base, preprocessing, folder } = this.#run
    const bytes = encodeCheckpoint({
      parameters: trainable.parameters,
      trainedNames: trainable.trainedNames,
      state: progress.state,
      preprocessing,
      lastLoss: progress.lastLoss,
      weightDecay: recipe.weightDecay,
      run: {
        format: 1,
        ...{ task, data, split: this.#split, preset, recipe, base },
        ...architectureOf(this.#world.opened.model),
        knowsClicks: knowsClicks(recipe, this.#world.opened.model),
        baseCases: progress.baseCases && [...progress.baseCases],
        bestCases: [...progress.bestCases],
      },
    })
    await writeAtomically(join(folder, name), bytes)
    this.#lastSave = performance.now()
  }

  /** Stores a finder with the best weights, on whose embeddings it was taught. */
  async addFinder({ parameters, card }: TrainedFinder): Promise<void> {
    const file = join(this.#run.folder, checkpointNames.best)
    const saved = readSavedRun(await readWholeFile(file), file)
    await writeAtomically(file, withFinder(saved, { weights: parameters.stateDict(), card }))
  }

  /** Puts the best weights in place of the last ones; false where there are none yet. */
  async loadBest({ state }: RunProgress): Promise<boolean> {
    if (state.bestEpoch === null) return false
    const file = join(this.#run.folder, checkpointNames.best)
    const { checkpoint } = readSavedRun(await readWholeFile(file), file)
    const { parameters } = this.#world.session.trainable
    for (const [name, { data }] of [...checkpoint.model, ...ownWeights(checkpoint.beside, parameters)]) {
      invariant(parameters.has(name), `${name} is a weight of the model`)
      parameters.get(name).data.set(data)
    }
    return true
  }
}

import type { Flip } from '../../../core/imaging/flip'
import type { SliceGeometry } from '../../../core/imaging/geometry'
import { sliceGeometry } from '../../../core/imaging/geometry'
import { random } from '../../../core/random'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { invariant } from '../../../shared/errors'
import type { FileCache } from '../../datasets'
import { loadSlice } from '../../datasets'
import type { TrainingObject } from './training-object'
import { drawCorrectionCount, drawPrompt, trainingObject } from './training-object'
import type { UsableSlice } from './usable-slice'

export interface DrawsWorld {
  readonly recipe: TrainingRecipe
  readonly preprocessing: Preprocessing
  /** Side of the target masks */
  readonly maskSide: number
  readonly files: FileCache
}

/** What stays the same about a slice (or its mirror image) from epoch to epoch; small enough to keep. */
export interface PreparedSlice {
  readonly geometry: SliceGeometry
  /** Where the slice lies on the square of the target */
  readonly targetGeometry: SliceGeometry
  /** By label value; a label that vanishes at the target's resolution is not in it */
  readonly objects: ReadonlyMap<number, TrainingObject>
}

/** A sample before it goes to the model. */
export interface DrawnSample {
  readonly geometry: SliceGeometry
  readonly targetGeometry: SliceGeometry
  readonly object: TrainingObject
  readonly prompt: Prompt
  /** How many corrective clicks are to follow, fewer where no error is left */
  readonly corrections: number
  /** Names the draw, for what else is drawn for this sample */
  readonly key: string
  readonly flip: Flip
}

export const unflipped: Flip = { leftRight: false, upDown: false }

export const pictureKey = ({ record }: UsableSlice, { leftRight, upDown }: Flip): string =>
  `${record.id} ${leftRight ? 'x' : ''}${upDown ? 'y' : ''}`

/** Draws what is trained: which label, which mirror image, which prompt. Everything is a function of its keys. */
export class SampleDraws {
  readonly #world: DrawsWorld
  readonly #prepared = new Map<string, PreparedSlice>()

  constructor(world: DrawsWorld) {
    this.#world = world
  }

  /** The order of an epoch, in steps. */
  order(epoch: number, count: number): number[][] {
    const { seed, batchSize } = this.#world.recipe
    const shuffled = random(seed, 'order', epoch).shuffle(count)
    return Array.from({ length: Math.ceil(count / batchSize) }, (_, step) =>
      shuffled.slice(step * batchSize, (step + 1) * batchSize),
    )
  }

  async draw(usable: UsableSlice, epoch: number): Promise<DrawnSample> {
    const { recipe } = this.#world
    const { record } = usable
    const key = `${epoch} ${record.id}`
    const flip = this.#flipOf(key)
    const { geometry, targetGeometry, objects } = await this.prepared(usable, flip)
    invariant(objects.size > 0, `a label of ${record.id} is left at the target's resolution`)
    const object = random(recipe.seed, 'label', key).choice([...objects.values()])
    const [prompt, corrections] = [
      drawPrompt(object, { ...recipe, key }),
      drawCorrectionCount(object, { ...recipe, key }),
    ]
    return { geometry, targetGeometry, object, prompt, corrections, key, flip }
  }

  async prepared(usable: UsableSlice, flip: Flip): Promise<PreparedSlice> {
    const key = pictureKey(usable, flip)
    const known = this.#prepared.get(key)
    if (known) return known
    const { files, preprocessing, maskSide } = this.#world
    const { labels } = await loadSlice(usable.record, files)
    const [height = 0, width = 0] = labels.shape
    const targetGeometry = sliceGeometry(height, width, { ...preprocessing, resolution: maskSide })
    const objects = usable.trainableValues.flatMap(value => {
      const object = trainingObject(labels, value, targetGeometry, flip)
      return object ? [[value, object] as const] : []
    })
    const geometry = sliceGeometry(height, width, preprocessing)
    const prepared = { geometry, targetGeometry, objects: new Map(objects) }
    this.#prepared.set(key, prepared)
    return prepared
  }

  #flipOf(key: string): Flip {
    const { flips, seed } = this.#world.recipe
    if (!flips) return unflipped
    const generator = random(seed, 'flip', key)
    return { leftRight: generator.uniform() < 0.5, upDown: generator.uniform() < 0.5 }
  }
}

import type { SliceGeometry } from '../../../core/imaging/geometry'
import { flipped } from '../../../core/imaging/flip'
import { sliceGeometry } from '../../../core/imaging/geometry'
import { preprocessImage } from '../../../core/imaging/preprocess'
import { pictureSize } from '../../../core/imaging/picture'
import type { ImageEncoder } from '../../../core/models/efficient-sam/encoder'
import { labelledPoints, promptTokens } from '../../../core/models/efficient-sam/prompt-tokens'
import { random } from '../../../core/random'
import type { Tensor } from '../../../core/tensor/tensor'
import type { TrainingSample } from '../../../core/training/trainable'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import type { FileCache, LoadedSlice } from '../../datasets'
import { loadSlice } from '../../datasets'
import type { EmbeddingsCache } from '../../files/embeddings-cache'
import type { UsableSlice } from './training-data'
import type { TrainingObject } from './training-object'
import { drawPrompt, targetOf, trainingObject } from './training-object'

export interface SampleWorld {
  readonly recipe: TrainingRecipe
  readonly preprocessing: Preprocessing
  /** Side of the target masks */
  readonly maskSide: number
  readonly files: FileCache
  /** Of a frozen encoder; null where the encoder is trained and needs the image each time */
  readonly embeddings: { readonly cache: EmbeddingsCache; readonly encoder: ImageEncoder } | null
}

/** A sample before it goes to the model, for the sanity figure too. */
export interface DrawnSample {
  readonly slice: LoadedSlice
  readonly geometry: SliceGeometry
  readonly object: TrainingObject
  readonly prompt: Prompt
  readonly flip: string
}

/** Draws training samples: which label, which mirror image, which prompt. Everything is a function of its keys. */
export class SampleSource {
  readonly #world: SampleWorld
  readonly #objects = new Map<string, TrainingObject | null>()

  constructor(world: SampleWorld) {
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

  async draw({ record, labelValues }: UsableSlice, epoch: number): Promise<DrawnSample> {
    const { recipe, files } = this.#world
    const key = `${epoch} ${record.id}`
    const flip = this.#flipOf(key)
    const slice = mirrored(await loadSlice(record, files), flip)
    const geometry = this.#geometryOf(slice)
    const values = random(recipe.seed, 'label', key).shuffle(labelValues.length)
    for (const index of values) {
      const object = this.object(slice, labelValues[index] ?? 0, `${record.id} ${flip}`)
      if (object) return { slice, geometry, object, prompt: drawPrompt(object, { ...recipe, key }), flip }
    }
    throw new AppError('UNUSABLE_SLICE', {
      file: record.maskFile,
      reason: `every label in it vanishes at ${this.#world.maskSide} pixels`,
    })
  }

  /** Encodes a slice for later, as validation and epochs without mirroring need it. */
  async encode({ record }: UsableSlice): Promise<void> {
    await this.input(await loadSlice(record, this.#world.files), record.id)
  }

  /** One label value of a slice; kept, since slices come back every epoch. */
  object(slice: LoadedSlice, value: number, key: string): TrainingObject | null {
    const full = `${key} ${value}`
    const known = this.#objects.get(full)
    if (known !== undefined) return known
    const { preprocessing, maskSide } = this.#world
    const { height, width } = pictureSize(slice.image)
    const target = sliceGeometry(height, width, { ...preprocessing, resolution: maskSide })
    const object = trainingObject(slice.labels, value, target)
    this.#objects.set(full, object)
    return object
  }

  async batch(slices: readonly UsableSlice[], epoch: number): Promise<TrainingSample[]> {
    const samples: TrainingSample[] = []
    // One after the other: the embeddings of new slices come from one engine.
    for (const slice of slices) samples.push(await this.sample(slice, epoch))
    return samples
  }

  async sample(usable: UsableSlice, epoch: number): Promise<TrainingSample> {
    const drawn = await this.draw(usable, epoch)
    return this.sampleOf(drawn, await this.input(drawn.slice, `${usable.record.id}${drawn.flip}`))
  }

  sampleOf(
    { geometry, object, prompt }: Pick<DrawnSample, 'geometry' | 'object' | 'prompt'>,
    input: TrainingSample['input'],
  ): TrainingSample {
    const { preprocessing, maskSide, recipe } = this.#world
    return {
      input,
      prompt: promptTokens(labelledPoints(prompt), geometry, preprocessing.promptTokens),
      target: targetOf(object, maskSide),
      bestOnly: prompt.box === null && recipe.maskLoss === 'best',
    }
  }

  /** @param key - names the picture, for the stored embeddings */
  async input(slice: LoadedSlice, key: string): Promise<TrainingSample['input']> {
    const { embeddings, preprocessing } = this.#world
    const image = (): Tensor<'float32'> => preprocessImage(slice.image, preprocessing).input
    if (!embeddings) return { image: image() }
    return { embedding: await embeddings.cache.get(key, () => embeddings.encoder.forward(image())) }
  }

  #geometryOf(slice: LoadedSlice): SliceGeometry {
    const { height, width } = pictureSize(slice.image)
    return sliceGeometry(height, width, this.#world.preprocessing)
  }

  #flipOf(key: string): string {
    const { flips, seed } = this.#world.recipe
    if (!flips) return ''
    const generator = random(seed, 'flip', key)
    const leftRight = generator.uniform() < 0.5
    const upDown = generator.uniform() < 0.5
    return `${leftRight ? 'x' : ''}${upDown ? 'y' : ''}`
  }
}

/** Before padding, so that the slice stays at the top left of the square. */
function mirrored(slice: LoadedSlice, flip: string): LoadedSlice {
  if (flip === '') return slice
  const how = { leftRight: flip.includes('x'), upDown: flip.includes('y') }
  const size = pictureSize(slice.image)
  const turn = (data: Tensor['data'], channels: number): Tensor['data'] =>
    data instanceof BigInt64Array ||
    data instanceof BigUint64Array ||
    data instanceof Int8Array ||
    data instanceof Uint32Array
      ? flipped(Float64Array.from(data, Number), { ...size, channels }, how)
      : flipped(data, { ...size, channels }, how)
  const image = turn(slice.image.data, size.channels)
  const dtype = image.constructor === slice.image.data.constructor ? slice.image.dtype : 'float64'
  return {
    ...slice,
    // The type and the array change together, which the union of tensors cannot say.
    image: { dtype, shape: slice.image.shape, data: image } as Tensor,
    labels: { ...slice.labels, data: flipped(slice.labels.data, { ...size, channels: 1 }, how) },
  }
}

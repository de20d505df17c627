import type { Flip } from '../../../core/imaging/flip'
import { preprocessImage } from '../../../core/imaging/preprocess'
import type { Tensor } from '../../../core/tensor/tensor'
import type { PromptedTarget, Trainable, TrainingSample } from '../../../core/training/trainable'
import { loadSlice } from '../../datasets'
import type { EmbeddingsCache } from '../../files/embeddings-cache'
import { correctedPrompt } from './corrected-prompt'
import type { DrawnSample, DrawsWorld } from './sample-draws'
import { pictureKey, SampleDraws } from './sample-draws'
import { targetOf } from './training-object'
import type { UsableSlice } from './usable-slice'

export interface SampleWorld extends DrawsWorld {
  readonly trainable: Trainable
  /** Of what the frozen part of the encoder makes of a picture */
  readonly cache: EmbeddingsCache
}

/** Makes what was drawn ready for the model. */
export class SampleSource extends SampleDraws {
  readonly #world: SampleWorld

  constructor(world: SampleWorld) {
    super(world)
    this.#world = world
  }

  /** Corrective clicks depend on the weights as they are; all else on seed, epoch and slice alone. */
  async batch(slices: readonly UsableSlice[], epoch: number): Promise<TrainingSample[]> {
    const samples: TrainingSample[] = []
    // One after the other: the embeddings of new slices come from one engine.
    for (const slice of slices) {
      const drawn = await this.draw(slice, epoch)
      const input = await this.input(slice, drawn.flip)
      const prompt = await correctedPrompt(drawn, input, this.#world)
      samples.push({ ...this.targetOf({ ...drawn, prompt }), input })
    }
    return samples
  }

  targetOf({
    geometry,
    object,
    prompt,
  }: Pick<DrawnSample, 'geometry' | 'object' | 'prompt'>): PromptedTarget {
    const { trainable, maskSide, recipe } = this.#world
    return {
      prompt: trainable.tokensOf(prompt, geometry),
      target: targetOf(object, maskSide),
      // A lone point may mean many things; a point with corrections means one, as a box does.
      bestOnly: prompt.box === null && prompt.points.length === 1 && recipe.maskLoss === 'best',
    }
  }

  /** What goes into the first step that is trained: stored, unless that is the picture itself. */
  async input(usable: UsableSlice, flip: Flip): Promise<TrainingSample['input']> {
    const { trainable, cache, preprocessing, files } = this.#world
    const image = async (): Promise<Tensor<'float32'>> => {
      const slice = await loadSlice(usable.record, files)
      return preprocessImage(slice.image, preprocessing, flip).input
    }
    if (trainable.frozen === 'nothing') return image()
    return cache.get(pictureKey(usable, flip), async () => trainable.freeze(await image()))
  }
}

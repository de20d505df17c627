import type { FinderCard } from '../../../shared/domain/finder'
import { invariant } from '../../../shared/errors'
import type { Engine, Float32Tensor, Program } from '../../engine'
import type { Parameters } from '../../training/parameters'
import type { Embedding } from '../segmenter'
import type { FinderConfig } from './config'
import { isFinderWeight, mapSide } from './config'
import type { FindBoxesOptions, FoundBox } from './find-boxes'
import { findBoxes } from './find-boxes'
import { findGraph } from './graphs'
import { presenceProbability, presenceScore } from './presence'

/** What the finder says of one class in one slice. */
export interface Finding {
  /** null: an object among alike ones */
  readonly label: number | null
  /** Surest first. They stand here even where the slice is probably empty: the caller decides. */
  readonly boxes: readonly FoundBox[]
  /** Probability that there is any object at all */
  readonly presence: number
  readonly probablyEmpty: boolean
  /** false: `presence` is the bare score and the limit a conservative guess */
  readonly calibrated: boolean
}

/** The map of each class. */
export class FinderMaps {
  readonly #engine: Engine
  /** Compiled at the first use: many models are opened for boxes only */
  #program: Promise<Program> | null = null
  readonly #config: FinderConfig
  readonly #weights: Readonly<Record<string, Float32Tensor>>

  constructor(engine: Engine, config: FinderConfig, parameters: Parameters) {
    this.#engine = engine
    this.#config = config
    this.#weights = Object.fromEntries([...parameters.stateDict()].filter(([name]) => isFinderWeight(name)))
  }

  /**
   * @param features - [1, channels, side, side]
   * @returns probabilities, [S, S] each
   */
  async of(features: Float32Tensor): Promise<Float32Array[]> {
    this.#program ??= this.#engine.compile(findGraph(this.#config))
    const program = await this.#program
    const { probability } = await program.run({ ...this.#weights, embedding: features })
    invariant(probability, 'the finder gives probabilities')
    const cells = mapSide(this.#config) ** 2
    return Array.from({ length: this.#config.classes }, (_, index) =>
      probability.data.subarray(index * cells, (index + 1) * cells),
    )
  }

  async dispose(): Promise<void> {
    await (await this.#program)?.dispose()
  }
}

/** Finds objects in slices where nobody drew a box. */
export class Finder {
  readonly card: FinderCard
  readonly #maps: FinderMaps

  /** @param parameters - the finder's weights; others in the same flat array are left alone */
  constructor(
    engine: Engine,
    { config, parameters, card }: { config: FinderConfig; parameters: Parameters; card: FinderCard },
  ) {
    this.card = card
    this.#maps = new FinderMaps(engine, config, parameters)
  }

  /** @returns one finding a class, in the order of the card */
  async find({ features, geometry }: Embedding, options: FindBoxesOptions = {}): Promise<Finding[]> {
    const maps = await this.#maps.of(features)
    return this.card.classes.map((item, index) => {
      const map = maps[index]
      invariant(map, 'as many maps as classes')
      const score = presenceScore(map, geometry)
      return {
        label: item.label,
        boxes: findBoxes(map, geometry, item, options),
        presence: presenceProbability(score, item.presence),
        probablyEmpty: score < item.presence.threshold,
        calibrated: item.presence.calibrated,
      }
    })
  }

  dispose(): Promise<void> {
    return this.#maps.dispose()
  }
}

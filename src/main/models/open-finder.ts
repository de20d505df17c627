import type { Engine } from '../../core/engine'
import type { Model } from '../../core/models/families'
import { embeddingShape } from '../../core/models/families'
import { finderConfigOf, isFinderWeight } from '../../core/models/finder/config'
import { Finder } from '../../core/models/finder/finder'
import { Parameters } from '../../core/training/parameters'
import { FinderCard } from '../../shared/domain/finder'
import { AppError } from '../../shared/errors'
import type { LoadedModel } from '../files/weights'

/** Makes the finder that came with a model. */
export type OpenFinder = (engine: Engine) => Finder

/**
 * @returns null where none came with the model
 * @throws AppError WRONG_CHECKPOINT where it cannot be read, or does not fit the model
 */
export function finderOf({ beside, extra, file }: LoadedModel, model: Model): OpenFinder | null {
  const weights = new Map([...beside].filter(([name]) => isFinderWeight(name)))
  if (weights.size === 0) return null
  const card = FinderCard.safeParse(extra['finder'])
  if (!card.success) {
    const reason = 'what it says of its finder is damaged or of another version'
    throw new AppError('WRONG_CHECKPOINT', { file, reason }, { cause: card.error })
  }
  const embedding = embeddingShape(model)
  const config = finderConfigOf(weights, { embedding, classes: card.data.classes.length, file })
  const parameters = Parameters.from(weights)
  return engine => new Finder(engine, { config, parameters, card: card.data })
}

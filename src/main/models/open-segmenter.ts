import type { Engine } from '../../core/engine'
import { createSegmenter } from '../../core/models/families'
import type { OpenedSegmenter } from '../workers/engine-access'
import { openModel } from './open-model'

/**
 * Opens a model of either family, ready to answer.
 *
 * @param idOrPath - an ID of the manifest, an imported one, or a checkpoint file
 * @param openEngine - called once the weights are found good; the segmenter disposes of the engine
 * @throws AppError as `openModel`
 */
export async function openSegmenter(idOrPath: string, openEngine: () => Engine): Promise<OpenedSegmenter> {
  const { model, openFinder, notes, split } = await openModel(idOrPath)
  const engine = openEngine()
  const finder = openFinder?.(engine) ?? null
  return { segmenter: createSegmenter(engine, model), finder, notes, split }
}

import type { Engine } from '../../core/engine'
import { EfficientSamSegmenter } from '../../core/models/efficient-sam/segmenter'
import { configOf } from '../../core/models/medsam-lite/config'
import { MedSamLiteSegmenter } from '../../core/models/medsam-lite/segmenter'
import { Parameters } from '../../core/training/parameters'
import type { OpenedSegmenter } from '../workers/engine-access'
import { efficientSamOf, loadModel } from './open-efficient-sam'

/**
 * Opens a model of either family, ready to answer.
 *
 * @param idOrPath - an ID of the manifest, an imported one, or a checkpoint file
 * @param openEngine - called once the weights are found good; the segmenter disposes of the engine
 * @throws AppError as `openEfficientSam`
 */
export async function openSegmenter(idOrPath: string, openEngine: () => Engine): Promise<OpenedSegmenter> {
  const source = await loadModel(idOrPath)
  const { loaded } = source
  if (loaded.family === 'efficient-sam') {
    const { model, notes, split } = efficientSamOf(source)
    return { segmenter: new EfficientSamSegmenter(openEngine(), model), notes, split }
  }
  const { weights, file, preprocessing, notes } = loaded
  const config = configOf(weights, file, preprocessing.resolution)
  const model = { config, parameters: Parameters.from(weights), preprocessing }
  return { segmenter: new MedSamLiteSegmenter(openEngine(), model), notes, split: null }
}

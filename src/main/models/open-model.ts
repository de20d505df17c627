import type { EfficientSamConfig } from '../../core/models/efficient-sam/config'
import { configOf } from '../../core/models/efficient-sam/config'
import { negativeClickName, withNegativeClicks } from '../../core/models/efficient-sam/negative-click'
import { efficientSamMismatch, inOfficialOrder } from '../../core/models/efficient-sam/shapes'
import type { Model } from '../../core/models/families'
import { configOf as medSamLiteConfigOf } from '../../core/models/medsam-lite/config'
import {
  inOfficialOrder as inMedSamLiteOrder,
  medSamLiteMismatch,
} from '../../core/models/medsam-lite/shapes'
import { sameShape } from '../../core/tensor/shape'
import { Parameters } from '../../core/training/parameters'
import type { Preprocessing } from '../../shared/domain/preprocessing'
import { TrainingSplit } from '../../shared/domain/training-split'
import { AppError } from '../../shared/errors'
import type { LoadedModel, ResolvedModel } from '../files/weights'
import { loadModelWeights, resolveModel } from '../files/weights'
import type { OpenFinder } from './open-finder'
import { finderOf } from './open-finder'
import type { ModelFolders } from '../files/model-folders'
import { modelFolders } from '../files/model-folders'
import { findAppRoot } from '../files/app-root'

export interface OpenedModel {
  readonly model: Model
  /** null where none came with it: models are published without one, tuning adds it */
  readonly openFinder: OpenFinder | null
  /** What the user should know, such as assumed preprocessing */
  readonly notes: readonly string[]
  /** Of the data that it was tuned on; null for a model that was not tuned here */
  readonly split: TrainingSplit | null
  readonly source: string
  readonly licence: string
  readonly sha256: string | null
}

/**
 * Reads a model's weights, of either family.
 *
 * @param idOrPath - an ID of the manifest, an imported one, or a checkpoint file
 * @param resolution - overrides the model's own side of the square, pixels
 * @param learnsRed - whether it is to be trained with red clicks, for which an EfficientSAM needs a vector of its own;
 *   one that has it keeps it in any case
 * @throws AppError as `resolveModel` and `loadModelWeights`, and WRONG_CHECKPOINT where the tensors are not those of such a model
 */
export async function openModel(
  idOrPath: string,
  resolution: number | null = null,
  learnsRed = false,
): Promise<OpenedModel> {
  const folders = modelFolders(findAppRoot().folder)
  return openResolvedModel(await resolveModel(idOrPath, folders), folders, { resolution, learnsRed })
}

/** As `openModel`, of a model whose file is known. */
export async function openResolvedModel(
  resolved: ResolvedModel,
  folders: ModelFolders,
  {
    resolution = null,
    learnsRed = false,
  }: { readonly resolution?: number | null; readonly learnsRed?: boolean } = {},
): Promise<OpenedModel> {
  const loaded = await loadModelWeights(resolved, folders)
  const preprocessing = { ...loaded.preprocessing, resolution: resolution ?? loaded.preprocessing.resolution }
  const { model, notes } =
    loaded.family === 'efficient-sam'
      ? efficientSamOf(loaded, resolved, { preprocessing, learnsRed })
      : medSamLiteOf(loaded, preprocessing)
  return {
    model,
    openFinder: finderOf(loaded, model),
    notes: [...loaded.notes, ...notes],
    split: TrainingSplit.nullable()
      .catch(null)
      .parse(loaded.extra['split'] ?? null),
    ...originOf(resolved, loaded),
  }
}

interface ModelWithNotes {
  readonly model: Model
  readonly notes: readonly string[]
}

function efficientSamOf(
  loaded: LoadedModel,
  resolved: ResolvedModel,
  { preprocessing, learnsRed }: { readonly preprocessing: Preprocessing; readonly learnsRed: boolean },
): ModelWithNotes {
  const { weights, beside, file } = loaded
  const mismatch = efficientSamMismatch(weights)
  if (mismatch !== null) throw new AppError('WRONG_CHECKPOINT', { file, reason: mismatch })
  const heads = headsOf(loaded, resolved)
  const { resolution, promptTokens } = preprocessing
  const config = configOf(weights, file, { resolution, promptTokens, ...heads })
  const official = { config, parameters: Parameters.from(inOfficialOrder(weights)), preprocessing }
  const vector = beside.get(negativeClickName)
  if (vector && !sameShape(vector.shape, [1, config.decoderDim])) {
    const reason = `${negativeClickName} has the shape [${vector.shape.join(', ')}]`
    throw new AppError('WRONG_CHECKPOINT', { file, reason })
  }
  const model = vector || learnsRed ? withNegativeClicks(official, vector) : official
  return { model: { family: 'efficient-sam', ...model }, notes: headNotes(loaded, heads, config) }
}

function medSamLiteOf({ weights, file, extra }: LoadedModel, preprocessing: Preprocessing): ModelWithNotes {
  const config = medSamLiteConfigOf(weights, file, preprocessing.resolution)
  const mismatch = medSamLiteMismatch(weights, config)
  if (mismatch !== null) throw new AppError('WRONG_CHECKPOINT', { file, reason: mismatch })
  const parameters = Parameters.from(inMedSamLiteOrder(weights, config))
  const knowsClicks = extra['knowsClicks'] === true
  return { model: { family: 'medsam-lite', config, parameters, preprocessing, knowsClicks }, notes: [] }
}

type Origin = Pick<OpenedModel, 'source' | 'licence' | 'sha256'>

function originOf({ manifest }: ResolvedModel, { file }: LoadedModel): Origin {
  if (!manifest) return { source: file, licence: 'as its source says', sha256: null }
  const { source, licence, bundled } = manifest
  return { source, licence, sha256: bundled?.sha256 ?? null }
}

interface Heads {
  readonly encoderHeads?: number
  readonly decoderHeads?: number
}

/** The weights do not tell how many heads share the width; a checkpoint of ours says it beside them, or the manifest. */
function headsOf({ extra }: LoadedModel, { manifest }: ResolvedModel): Heads {
  const { encoderHeads, decoderHeads } = extra
  return {
    ...(typeof encoderHeads === 'number' ? { encoderHeads } : {}),
    ...(typeof decoderHeads === 'number' ? { decoderHeads } : {}),
    ...(manifest?.architecture ? { encoderHeads: manifest.architecture.heads } : {}),
  }
}

/** Widths of the official encoders, whose heads are known: Ti has 3 and S has 6. */
const officialWidths: readonly number[] = [192, 384]

/** A guess that the user should know of: with other heads the same weights are another model. */
function headNotes(
  { id }: LoadedModel,
  stored: Heads,
  { encoderHeads, encoderDim }: EfficientSamConfig,
): string[] {
  if (stored.encoderHeads !== undefined || officialWidths.includes(encoderDim)) return []
  const assumed = `${encoderHeads} ${encoderHeads === 1 ? 'is' : 'are'} assumed`
  return [
    `${id} does not say how many heads its encoder has; ${assumed} (${encoderDim / encoderHeads} channels each).`,
  ]
}

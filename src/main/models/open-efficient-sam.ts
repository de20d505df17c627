import type { EfficientSamConfig } from '../../core/models/efficient-sam/config'
import { configOf } from '../../core/models/efficient-sam/config'
import type { EfficientSam } from '../../core/models/efficient-sam/segmenter'
import { efficientSamMismatch } from '../../core/models/efficient-sam/shapes'
import { Parameters } from '../../core/training/parameters'
import { TrainingSplit } from '../../shared/domain/training-split'
import { AppError } from '../../shared/errors'
import type { LoadedModel, ResolvedModel } from '../files/weights'
import { loadModelWeights, resolveModel } from '../files/weights'
import { modelFolders } from '../files/model-folders'
import { findAppRoot } from '../files/app-root'

export interface OpenedModel {
  readonly model: EfficientSam
  /** What the user should know, such as assumed preprocessing */
  readonly notes: readonly string[]
  /** Of the data that it was tuned on; null for a model that was not tuned here */
  readonly split: TrainingSplit | null
  readonly source: string
  readonly licence: string
  readonly sha256: string | null
}

/** Weights as they were found: what they are is said by `loaded.family`. */
export interface LoadedSource {
  readonly resolved: ResolvedModel
  readonly loaded: LoadedModel
}

/** @throws AppError as `resolveModel` and `loadModelWeights` */
export async function loadModel(idOrPath: string): Promise<LoadedSource> {
  const folders = modelFolders(findAppRoot().folder)
  const resolved = await resolveModel(idOrPath, folders)
  return { resolved, loaded: await loadModelWeights(resolved, folders) }
}

/**
 * Reads a model's weights and prepares them for training on an engine.
 *
 * @param idOrPath - an ID of the manifest, an imported one, or a checkpoint file
 * @param resolution - overrides the model's own side of the square, pixels
 * @throws AppError as `loadModel` and `efficientSamOf`; NOT_TUNABLE for a model of another family
 */
export async function openEfficientSam(
  idOrPath: string,
  resolution: number | null = null,
): Promise<OpenedModel> {
  const source = await loadModel(idOrPath)
  if (source.loaded.family !== 'efficient-sam') throw new AppError('NOT_TUNABLE', { model: idOrPath })
  return efficientSamOf(source, resolution)
}

/** @throws AppError WRONG_CHECKPOINT where the tensors are not those of an EfficientSAM, or its heads cannot share its channels */
export function efficientSamOf(
  { resolved, loaded }: LoadedSource,
  resolution: number | null = null,
): OpenedModel {
  const mismatch = efficientSamMismatch(loaded.weights)
  if (mismatch !== null) throw new AppError('WRONG_CHECKPOINT', { file: loaded.file, reason: mismatch })
  const preprocessing = { ...loaded.preprocessing, resolution: resolution ?? loaded.preprocessing.resolution }
  const heads = headsOf(loaded, resolved)
  const config = configOf(loaded.weights, loaded.file, {
    resolution: preprocessing.resolution,
    promptTokens: preprocessing.promptTokens,
    ...heads,
  })
  return {
    model: { config, parameters: Parameters.from(loaded.weights), preprocessing },
    notes: [...loaded.notes, ...headNotes(loaded, heads, config)],
    split: TrainingSplit.nullable()
      .catch(null)
      .parse(loaded.extra['split'] ?? null),
    ...originOf(resolved, loaded),
  }
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

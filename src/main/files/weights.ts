import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import type { JsonObject } from '../../core/checkpoint'
import { readTrainingCheckpoint } from '../../core/checkpoint'
import type { StateDict } from '../../core/tensor/state-dict'
import type { Preprocessing } from '../../shared/domain/preprocessing'
import { officialPreprocessing } from '../../shared/domain/preprocessing'
import { AppError } from '../../shared/errors'
import type { ModelFolders } from './model-folders'
import type { ManifestModel, ModelFamily } from './weights-manifest'
import { readManifest } from './weights-manifest'
import { systemCode } from './write-atomically'

/** A model that can be named: one of the manifest, or one that the user imported. */
export interface KnownModel {
  readonly id: string
  readonly title: string
  readonly source: string
  readonly licence: string
  /** Path of the weights; null while they are not on this computer */
  readonly file: string | null
  readonly bytes: number | null
  /** Path of the model card */
  readonly card: string | null
  readonly manifest: ManifestModel | null
}

/** Where a model's weights are. A path is accepted wherever an ID is; then there is no manifest entry. */
export interface ResolvedModel {
  /** The ID, or the path as given */
  readonly id: string
  readonly file: string
  readonly manifest: ManifestModel | null
}

export interface LoadedModel {
  readonly id: string
  readonly file: string
  readonly family: ModelFamily
  readonly weights: StateDict
  /** Tensors that only SliceTune knows, by names that begin with `besidePrefix` */
  readonly beside: StateDict
  readonly preprocessing: Preprocessing
  /** SliceTune's own data beside the weights: run options, label names … */
  readonly extra: JsonObject
  /** What the user should know, such as assumed preprocessing */
  readonly notes: readonly string[]
}

/** Weights of the user's folder, by ID. */
const userExtensions = ['.safetensors', '.pth', '.pt'] as const

/** All models of the manifest, then the user's own. */
export async function listModels(folders: ModelFolders): Promise<KnownModel[]> {
  const manifest = await readManifest(folders.bundled)
  const own = await userFiles(folders.user)
  const known = await Promise.all(manifest.map(model => knownModel(model, own.get(model.id), folders)))
  const ids = new Set(known.map(({ id }) => id))
  const imported = [...own].filter(([id]) => !ids.has(id))
  return [...known, ...(await Promise.all(imported.map(([id, file]) => importedModel(id, file))))]
}

/** @throws AppError UNKNOWN_MODEL, WEIGHTS_NOT_FOUND, FILE_NOT_FOUND */
export async function resolveModel(idOrPath: string, folders: ModelFolders): Promise<ResolvedModel> {
  const models = await listModels(folders)
  const model = models.find(({ id }) => id === idOrPath)
  if (model?.file) return { id: model.id, file: model.file, manifest: model.manifest }
  if (model) throw new AppError('WEIGHTS_NOT_FOUND', { model: model.id })
  const file = resolve(idOrPath)
  if ((await sizeOfFile(file)) !== null) return { id: idOrPath, file, manifest: null }
  if (/[\\/]/.test(idOrPath) || /\.(pth?|safetensors|zip)$/i.test(idOrPath)) {
    throw new AppError('FILE_NOT_FOUND', { file: idOrPath })
  }
  throw new AppError('UNKNOWN_MODEL', { model: idOrPath, known: models.map(({ id }) => id) })
}

/**
 * Reads a model's weights, as float32. Bundled files are compared with the manifest's checksum first.
 *
 * @throws AppError as `resolveModel`, and UNSAFE_PICKLE, CORRUPT_FILE, NOT_A_CHECKPOINT, WRONG_CHECKPOINT
 */
export async function loadModelWeights(
  model: string | ResolvedModel,
  folders: ModelFolders,
): Promise<LoadedModel> {
  const { id, file, manifest } = typeof model === 'string' ? await resolveModel(model, folders) : model
  const bytes = await readWholeFile(file)
  const sum = manifest?.bundled?.sha256
  if (sum !== undefined && createHash('sha256').update(bytes).digest('hex') !== sum) {
    throw new AppError('CORRUPT_FILE', {
      file,
      reason: 'its checksum differs from the one in weights/manifest.json',
    })
  }
  const checkpoint = readTrainingCheckpoint(bytes, file)
  const family = familyOf(checkpoint.model, file)
  const stored = checkpoint.preprocessing ?? manifest?.preprocessing
  const notes = stored ? [] : [assumedNote(id, family)]
  const preprocessing = stored ?? assumedPreprocessing[family]
  const { model: weights, beside, extra } = checkpoint
  return { id, file, family, weights, beside, preprocessing, extra, notes }
}

/** @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function readWholeFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') throw new AppError('FILE_NOT_FOUND', { file }, { cause })
    const reason =
      systemCode(cause) === 'EISDIR' ? 'it is a folder' : `the system says ${systemCode(cause) ?? 'no'}`
    throw new AppError('FILE_UNREADABLE', { file, reason }, { cause })
  }
}

/** Each family has tensors that the other lacks. @throws AppError WRONG_CHECKPOINT */
export function familyOf(weights: StateDict, file: string): ModelFamily {
  if (weights.has('prompt_encoder.bbox_top_left_embeddings.weight')) return 'efficient-sam'
  if (weights.has('prompt_encoder.point_embeddings.0.weight')) return 'medsam-lite'
  throw new AppError('WRONG_CHECKPOINT', {
    file,
    reason: 'these are not the weights of an EfficientSAM or MedSAM-Lite',
  })
}

/** What the official code of each family does with an image. */
const assumedPreprocessing: Readonly<Record<ModelFamily, Preprocessing>> = {
  'efficient-sam': officialPreprocessing,
  'medsam-lite': {
    ...officialPreprocessing,
    resolution: 256,
    fit: 'pad',
    intensity: 'minmax',
    mean: null,
    std: null,
  },
}

function assumedNote(id: string, family: ModelFamily): string {
  const { resolution, fit } = assumedPreprocessing[family]
  return `${id} does not say how its slices were prepared; they are taken as its official code does (${resolution} pixels, ${fit}).`
}

async function knownModel(
  model: ManifestModel,
  own: string | undefined,
  { bundled }: ModelFolders,
): Promise<KnownModel> {
  const shipped = model.bundled ? join(bundled, model.bundled.file) : undefined
  const file = shipped ?? own ?? null
  const bytes = file === null ? null : await sizeOfFile(file)
  return {
    id: model.id,
    title: model.title,
    source: model.source,
    licence: model.licence,
    file: bytes === null ? null : file,
    bytes,
    card: model.card === null ? null : join(bundled, model.card),
    manifest: model,
  }
}

async function importedModel(id: string, file: string): Promise<KnownModel> {
  const own = { title: 'Imported', source: 'imported by you', licence: 'as its source says' }
  return { id, ...own, file, bytes: await sizeOfFile(file), card: null, manifest: null }
}

async function userFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []) // not there until something is imported
  const weights = names.filter(name => userExtensions.some(extension => extension === extname(name)))
  return new Map(weights.sort().map(name => [name.slice(0, -extname(name).length), join(folder, name)]))
}

async function sizeOfFile(file: string): Promise<number | null> {
  return stat(file).then(
    found => (found.isFile() ? found.size : null),
    () => null,
  )
}

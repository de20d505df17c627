import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  besideForUse,
  readTrainingCheckpoint,
  unwrapCheckpoint,
  writeSafetensors,
} from '../../core/checkpoint'
import { efficientSamMismatch } from '../../core/models/efficient-sam/shapes'
import { configOf } from '../../core/models/medsam-lite/config'
import { medSamLiteMismatch } from '../../core/models/medsam-lite/shapes'
import type { StateDict } from '../../core/tensor/state-dict'
import type { JobEvent } from '../../shared/domain/events'
import { AppError } from '../../shared/errors'
import { download } from '../files/download'
import { gitBlobId } from '../files/git-blob'
import type { ModelFolders } from '../files/model-folders'
import type { KnownModel } from '../files/weights'
import { familyOf, listModels, readWholeFile } from '../files/weights'
import type { Download } from '../files/weights-manifest'
import type { ModelFamily } from '../files/weights-manifest'
import { readManifest } from '../files/weights-manifest'
import { writeAtomically, writeError } from '../files/write-atomically'

export interface ModelsContext {
  readonly folders: ModelFolders
  readonly signal?: AbortSignal | undefined
  /** Where repositories are served as plain files; a mirror inside a hospital, or a test's server */
  readonly baseUrl?: string
}

const officialSource = 'https://raw.githubusercontent.com'

/** `slicetune models list` */
export async function* listModelsJob({ folders }: ModelsContext): AsyncGenerator<JobEvent> {
  const models = await listModels(folders)
  yield { event: 'report', command: 'models', models: models.map(row) }
}

function row({ manifest, ...model }: KnownModel) {
  return { ...model, available: model.file !== null, downloadable: manifest?.download !== undefined }
}

/**
 * `slicetune models import FILE`: checks that the file is a model of a known family, and copies what a model needs of it. The
 * official files are recognised by their git blob id and get their own ID; others go by `id` or the file's name.
 *
 * @throws AppError USAGE for an ID that is taken, ABORTED before anything is written, WRONG_CHECKPOINT and what reading the file may throw
 */
export async function* importModel(
  input: { readonly file: string; readonly id?: string | undefined },
  { folders, signal }: ModelsContext,
): AsyncGenerator<JobEvent> {
  const bytes = await readWholeFile(input.file)
  const checkpoint = readTrainingCheckpoint(bytes, input.file)
  const family = checkedFamily(checkpoint.model, input.file)

  const official = await officialId(bytes, folders)
  const id = input.id ?? official ?? idOf(input.file)
  await refuseTakenId(id, { official, folders, chosen: input.id !== undefined })
  if (signal?.aborted === true) throw new AppError('ABORTED', {})
  await createFolder(folders.user)
  if (official !== null && id === official) {
    yield* finish(id, join(folders.user, `${id}.pt`), unwrapCheckpoint(bytes, input.file))
    return
  }
  const { model, preprocessing, extra } = checkpoint
  if (!preprocessing) {
    yield {
      event: 'notice',
      message: `${input.file} does not say how its slices were prepared; they are taken as the official ${titles[family]} does.`,
    }
  }
  const metadata = {
    format: 'pt',
    ...(preprocessing ? { preprocessing: JSON.stringify(preprocessing) } : {}),
    ...(Object.keys(extra).length > 0 ? { slicetune: JSON.stringify(extra) } : {}),
  }
  yield* finish(
    id,
    join(folders.user, `${id}.safetensors`),
    writeSafetensors({ tensors: new Map([...model, ...besideForUse(checkpoint)]), metadata }),
  )
}

/**
 * `slicetune models download ID`: an official file from its authors' repository, at one commit, verified by git blob
 * id. What a broken attempt leaves is continued by the next; the final name never holds anything but the whole file.
 *
 * @throws AppError UNKNOWN_MODEL, USAGE, DOWNLOAD_FAILED, ABORTED, DISK_FULL, FOLDER_NOT_WRITABLE
 */
export async function* downloadModel(id: string, context: ModelsContext): AsyncGenerator<JobEvent> {
  const { folders, signal, baseUrl = process.env['SLICETUNE_DOWNLOAD_URL'] ?? officialSource } = context
  const models = await listModels(folders)
  const model = models.find(known => known.id === id)
  if (!model) throw new AppError('UNKNOWN_MODEL', { model: id, known: models.map(known => known.id) })
  if (model.file !== null) {
    yield { event: 'notice', message: `${id} is already on this computer.` }
    yield report(id, model.file)
    return
  }
  const source = model.manifest?.download
  if (!source) throw new AppError('USAGE', { reason: `${id} cannot be downloaded: it comes with SliceTune.` })

  const url = `${baseUrl.replace(/\/$/, '')}/${source.repository}/${source.commit}/${source.path}`
  const part = join(folders.user, `${id}.part`)
  const options = { model: id, url, part, gitBlob: source.gitBlob, ...(signal ? { signal } : {}) }
  for await (const { done, total } of download(options)) {
    yield { event: 'progress', stage: 'download', done, total: total ?? 0 }
  }
  yield* keepDownload(id, part, { source, folders })
}

/** Checks once more that it is the model, unpacks it where it is zipped, and gives it its name. */
async function* keepDownload(
  id: string,
  part: string,
  { source, folders }: { source: Download; folders: ModelFolders },
): AsyncGenerator<JobEvent> {
  const file = join(folders.user, `${id}.pt`)
  const bytes = await readWholeFile(part)
  const mismatch = efficientSamMismatch(readTrainingCheckpoint(bytes, source.path).model)
  if (mismatch !== null) {
    await rm(part, { force: true })
    throw new AppError('WRONG_CHECKPOINT', { file: source.path, reason: mismatch })
  }
  if (source.zipped) {
    yield* finish(id, file, unwrapCheckpoint(bytes, source.path))
    await rm(part, { force: true })
    return
  }
  await rename(part, file).catch((error: unknown) => {
    throw writeError(error, file)
  })
  yield { event: 'written', file }
  yield report(id, file)
}

const titles: Readonly<Record<ModelFamily, string>> = {
  'efficient-sam': 'EfficientSAM',
  'medsam-lite': 'MedSAM-Lite',
}

/** Names and shapes do not depend on the side of the square; a file may say another one beside them. */
const anyResolution = 256

/** @throws AppError WRONG_CHECKPOINT unless the weights are those of a whole model */
function checkedFamily(weights: StateDict, file: string): ModelFamily {
  const family = familyOf(weights, file)
  const mismatch =
    family === 'efficient-sam'
      ? efficientSamMismatch(weights)
      : medSamLiteMismatch(weights, configOf(weights, file, anyResolution))
  if (mismatch !== null) throw new AppError('WRONG_CHECKPOINT', { file, reason: mismatch })
  return family
}

async function* finish(id: string, file: string, bytes: Uint8Array): AsyncGenerator<JobEvent> {
  await writeAtomically(file, bytes)
  yield { event: 'written', file }
  yield report(id, file)
}

const report = (id: string, file: string): JobEvent => ({ event: 'report', command: 'models', id, file })

async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeError(error, folder)
  })
}

/** The ID whose official file these bytes are. */
async function officialId(bytes: Uint8Array, folders: ModelFolders): Promise<string | null> {
  const blob = gitBlobId(bytes)
  const models = await readManifest(folders.bundled)
  return models.find(({ download: source }) => source?.gitBlob === blob)?.id ?? null
}

/** The official IDs are kept for the official files, and an earlier import is never overwritten. */
async function refuseTakenId(
  id: string,
  { official, folders, chosen }: { official: string | null; folders: ModelFolders; chosen: boolean },
): Promise<void> {
  const usage = (reason: string) => new AppError('USAGE', { reason })
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id)) {
    throw usage(`${id} cannot be an ID: give one of letters, digits, dots and dashes by --id.`)
  }
  const taken = (await listModels(folders)).find(model => model.id === id)
  if (!taken || (official === id && taken.file === null)) return
  if (official === id) throw usage(`${id} is already on this computer.`)
  const hint = chosen ? 'Choose another --id.' : 'Give it a name of its own by --id.'
  throw usage(`There is already a model ${id}. ${hint}`)
}

function idOf(file: string): string {
  const stem = basename(file).replace(/(\.(zip|pth?|safetensors))+$/i, '')
  return stem
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
}

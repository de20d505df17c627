import { rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { JsonObject, TrainingCheckpoint } from '../../core/checkpoint'
import {
  besideForUse,
  readTrainingCheckpoint,
  writeSafetensors,
  writeTrainingCheckpoint,
} from '../../core/checkpoint'
import type { Exportable } from '../../core/models/export/exportable'
import { exportableOf } from '../../core/models/export/families'
import { decoderModel, encoderModel, wholeModel } from '../../core/models/export/onnx-models'
import { fitsSam, samDecoder, samEncoder, samSide } from '../../core/models/export/sam-interface'
import type { ExportFormat, ExportOptions } from '../../shared/commands/models'
import { parseFormats } from '../../shared/commands/models'
import type { JobEvent } from '../../shared/domain/events'
import type { Preprocessing } from '../../shared/domain/preprocessing'
import { officialPreprocessing } from '../../shared/domain/preprocessing'
import { AppError } from '../../shared/errors'
import { makeFolder } from '../files/make-folder'
import type { ModelFolders } from '../files/model-folders'
import type { ResolvedModel } from '../files/weights'
import { readWholeFile, resolveModel } from '../files/weights'
import { writeAtomically } from '../files/write-atomically'
import { checkpointNames, isFile } from '../jobs/train/run-folder'
import type { OpenedModel } from '../models/open-model'
import { openModel } from '../models/open-model'

interface ExportContext {
  readonly folders: ModelFolders
  /** Of the files; null: the model's own */
  readonly name?: string | null
  readonly signal?: AbortSignal | undefined
}

/** One file to write, made only when its turn comes: each may hold all the weights. */
interface Result {
  readonly file: string
  readonly make: () => Uint8Array | string
}

/**
 * `slicetune models export MODEL --out DIR`: the model as files that other programs load.
 *
 * One that is given up or fails leaves none of its files.
 *
 * @throws AppError FILES_EXIST before anything is written, ABORTED, what opening the model and writing files may throw
 */
export async function* exportModel(
  { model: idOrPath, out, format, force }: ExportOptions,
  { folders, name: given = null, signal }: ExportContext,
): AsyncGenerator<JobEvent> {
  const resolved = await resolveModel(idOrPath, folders)
  const opened = await openModel(idOrPath)
  for (const message of opened.notes) yield { event: 'notice', message }
  const name = given === null ? nameOf(resolved) : fileNameOf(given)
  const exportable = exportableOf(opened.model)
  const formats = parseFormats(format)
  for (const message of warnings(opened, exportable, formats)) yield { event: 'notice', message }

  const stored = readTrainingCheckpoint(await readWholeFile(resolved.file), resolved.file)
  const checkpoint = withoutTraining(stored, opened)
  const world = { name, exportable, checkpoint, metadata: metadataOf(name, { resolved, opened, exportable }) }
  const results = formats.flatMap(one => makers[one](world))
  if (!force) await refuseToReplace(out, results)
  await makeFolder(out)
  yield* writeAll(out, results, signal)
  const files = results.map(({ file }) => join(out, file))
  yield { event: 'report', command: 'models', id: name, files }
}

async function* writeAll(
  out: string,
  results: readonly Result[],
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent> {
  const written: string[] = []
  let isWhole = false
  try {
    for (const { file, make } of results) {
      if (signal?.aborted === true) throw new AppError('ABORTED', {})
      yield { event: 'progress', stage: 'export', done: written.length, total: results.length }
      const path = join(out, file)
      await writeAtomically(path, make())
      written.push(path)
      yield { event: 'written', file: path }
    }
    isWhole = true
  } finally {
    // Also where nobody listens any more: some of its files are no model.
    if (!isWhole) await Promise.all(written.map(path => rm(path, { force: true })))
  }
}

interface World {
  readonly name: string
  readonly exportable: Exportable
  readonly checkpoint: TrainingCheckpoint
  readonly metadata: Readonly<Record<string, string>>
}

const makers: Readonly<Record<ExportFormat, (world: World) => readonly Result[]>> = {
  onnx: ({ name, exportable, metadata }) => [
    { file: `${name}.onnx`, make: () => wholeModel(exportable, metadata) },
    { file: `${name}_encoder.onnx`, make: () => encoderModel(exportable, metadata) },
    { file: `${name}_decoder.onnx`, make: () => decoderModel(exportable, metadata) },
  ],
  'x-anylabeling': ({ name, exportable, metadata }) => {
    if (!fitsSam(exportable)) return []
    const part = (which: string): string => `${name}_xanylabeling_${which}.onnx`
    return [
      { file: part('encoder'), make: () => samEncoder(exportable, metadata) },
      { file: part('decoder'), make: () => samDecoder(exportable, metadata) },
      { file: `${name}_xanylabeling.yaml`, make: () => settings(name, part('encoder'), part('decoder')) },
    ]
  },
  pth: ({ name, checkpoint }) => [{ file: `${name}.pth`, make: () => writeTrainingCheckpoint(checkpoint) }],
  safetensors: ({ name, checkpoint: { model, beside, preprocessing, extra } }) => [
    {
      file: `${name}.safetensors`,
      make: () =>
        writeSafetensors({
          tensors: new Map([...model, ...beside]),
          metadata: {
            format: 'pt',
            ...(preprocessing ? { preprocessing: JSON.stringify(preprocessing) } : {}),
            ...(Object.keys(extra).length > 0 ? { slicetune: JSON.stringify(extra) } : {}),
          },
        }),
    },
  ],
}

/** What X-AnyLabeling's "Load Custom Model" asks for; the paths are relative to this file. */
function settings(name: string, encoder: string, decoder: string): string {
  return `${[
    'type: efficientvit_sam',
    `name: ${name}`,
    'provider: SliceTune',
    `display_name: ${JSON.stringify(`SliceTune ${name}`)}`,
    `encoder_model_path: ${encoder}`,
    `decoder_model_path: ${decoder}`,
    `target_size: ${samSide}`,
  ].join('\n')}\n`
}

/** The ID; of a checkpoint of a run the run's folder, of any other file its own name. */
function nameOf({ id, file, manifest }: ResolvedModel): string {
  const stem = basename(file).replace(/(\.(zip|pth?|safetensors))+$/i, '')
  const isOfRun = Object.values<string>(checkpointNames).includes(basename(file))
  const isId = manifest !== null || resolve(id) !== resolve(file)
  const name = isId ? id : isOfRun ? basename(dirname(resolve(file))) : stem
  return fileNameOf(name)
}

/** @param name - as a person gave it */
function fileNameOf(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'model'
  )
}

async function refuseToReplace(out: string, results: readonly Result[]): Promise<void> {
  for (const { file } of results) {
    if (await isFile(join(out, file))) throw new AppError('FILES_EXIST', { file: join(out, file) })
  }
}

/** Where its training stood, which is of no use without the optimiser; what describes the model stays. */
const ofTraining: readonly string[] = 'format task preset recipe data state baseCases bestCases'.split(' ')

function withoutTraining(stored: TrainingCheckpoint, { model }: OpenedModel): TrainingCheckpoint {
  const kept = Object.entries(stored.extra).filter(([key]) => !ofTraining.includes(key))
  const heads: JsonObject =
    model.family === 'efficient-sam'
      ? { encoderHeads: model.config.encoderHeads, decoderHeads: model.config.decoderHeads }
      : {}
  return {
    ...stored,
    // In the official order, which a safetensors file does not keep.
    model: new Map([...model.parameters.stateDict()].filter(([name]) => stored.model.has(name))),
    beside: besideForUse(stored),
    ...{ epoch: null, optimizer: null, loss: null, bestLoss: null },
    preprocessing: model.preprocessing,
    extra: { ...Object.fromEntries(kept), ...heads },
  }
}

function metadataOf(
  name: string,
  {
    resolved,
    opened: { model, source, licence },
    exportable: { prompts },
  }: {
    readonly resolved: ResolvedModel
    readonly opened: OpenedModel
    readonly exportable: Exportable
  },
): Record<string, string> {
  return {
    'slicetune.model': name,
    'slicetune.family': model.family,
    'slicetune.preprocessing': JSON.stringify(model.preprocessing),
    'slicetune.picture': 'RGB, 8 bits a channel divided by 255; resizing and normalising are inside',
    'slicetune.prompts': prompts,
    'slicetune.masks':
      'logits at the size of the picture, the highest predicted IoU first; object where >= 0',
    // A path says who worked where: the file's own name is enough.
    source: resolved.manifest ? source : basename(resolved.file),
    licence,
  }
}

/** What a user would not expect of the files. */
function warnings(
  { model }: OpenedModel,
  exportable: Exportable,
  formats: readonly ExportFormat[],
): string[] {
  const { preprocessing } = model
  const found: string[] = []
  if (formats.includes('x-anylabeling') && !fitsSam(exportable)) {
    found.push(
      `No files for X-AnyLabeling: it takes embeddings of 64 x 64 cells, this model makes ${exportable.embeddingShape.slice(2).join(' x ')}.`,
    )
  }
  const isTensorsOnly = formats.some(one => one === 'pth' || one === 'safetensors')
  if (isTensorsOnly && model.family === 'efficient-sam' && !isOfficial(preprocessing)) {
    found.push(
      `The official EfficientSAM code prepares pictures in its own way (1024 pixels, stretched); this model wants ` +
        `${preprocessing.resolution} pixels, ${preprocessing.fit}, ${preprocessing.intensity}, as stored beside its weights. The ONNX files do it themselves.`,
    )
  }
  return found
}

const isOfficial = (own: Preprocessing): boolean =>
  own.resolution === officialPreprocessing.resolution &&
  own.fit === officialPreprocessing.fit &&
  own.intensity === officialPreprocessing.intensity &&
  own.mean?.join() === officialPreprocessing.mean?.join() &&
  own.std?.join() === officialPreprocessing.std?.join()

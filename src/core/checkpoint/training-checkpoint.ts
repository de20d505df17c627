import { Preprocessing } from '../../shared/domain/preprocessing'
import type { AdamWState } from './adamw-state'
import { picklableAdamWState, readAdamWState } from './adamw-state'
import { damaged, notACheckpoint } from './damage'
import { readCheckpointFile, unwrapCheckpoint } from './read-checkpoint-file'
import type { JsonObject, JsonValue } from './json'
import { isJsonObject, jsonOf, parseJson, picklableJson } from './json'
import type { Picklable } from './pickle-writer'
import { PythonFloat } from './pickle-writer'
import { looksLikeSafetensors, readSafetensors } from './safetensors'
import type { StateDict } from '../tensor/state-dict'
import { stateDictOf, widened } from './state-dict'
import { writeTorchZip } from './torch-zip-writer'
import type { CheckpointMap } from './value'
import { isTensor } from './value'

/**
 * A model with what training needs to go on: the original recipe's `{"model","epoch","optimizer","loss","best_loss"}`,
 * with SliceTune's own data beside `model`, never inside it, since the official loader is strict.
 */
export interface TrainingCheckpoint {
  readonly model: StateDict
  /** Number of the last epoch in it, counted from 0; null in a file of weights only */
  readonly epoch: number | null
  readonly optimizer: AdamWState | null
  readonly loss: number | null
  readonly bestLoss: number | null
  readonly preprocessing: Preprocessing | null
  /** Scheduler, best Dice, run options …; empty in files of others */
  readonly extra: JsonObject
}

/**
 * Reads a checkpoint of ours, of the original scripts (losses as numpy scalars, `module.` before every name), an
 * official one (`{"model": …}`), a bare state dict, or a safetensors file.
 *
 * @param file - the name to give in errors
 * @throws AppError UNSAFE_PICKLE, CORRUPT_FILE, NOT_A_CHECKPOINT
 */
export function readTrainingCheckpoint(bytes: Uint8Array, file: string): TrainingCheckpoint {
  const inner = unwrapCheckpoint(bytes, file)
  if (looksLikeSafetensors(inner)) return fromSafetensors(inner, file)
  const value = readCheckpointFile(inner, file)
  if (!(value instanceof Map)) throw notACheckpoint(file, 'it holds no weights')
  const model = value.get('model') ?? value.get('state_dict') ?? value.get('model_state_dict')
  if (model === undefined || isTensor(model)) return { ...nothingElse, model: stateDictOf(value, file) }
  return {
    model: stateDictOf(model, file),
    epoch: numberAt(value, 'epoch'),
    optimizer: readAdamWState(value.get('optimizer')),
    loss: numberAt(value, 'loss'),
    bestLoss: numberAt(value, 'best_loss'),
    preprocessing: checkPreprocessing(jsonOf(value.get('preprocessing') ?? null), file),
    extra: checkExtra(jsonOf(value.get('slicetune') ?? null), file),
  }
}

/** What `torch.load(weights_only=True)` reads: dicts of tensors, plain numbers and texts only. */
export function writeTrainingCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array {
  const { model, epoch, optimizer, loss, bestLoss, preprocessing, extra } = checkpoint
  const entries: [string, Picklable][] = [['model', model]]
  if (epoch !== null) entries.push(['epoch', epoch])
  if (optimizer) entries.push(['optimizer', picklableAdamWState(optimizer)])
  if (loss !== null) entries.push(['loss', new PythonFloat(loss)])
  if (bestLoss !== null) entries.push(['best_loss', new PythonFloat(bestLoss)])
  if (preprocessing) entries.push(['preprocessing', picklableJson(preprocessing)])
  if (Object.keys(extra).length > 0) entries.push(['slicetune', picklableJson(extra)])
  return writeTorchZip(new Map(entries))
}

const nothingElse = {
  epoch: null,
  optimizer: null,
  loss: null,
  bestLoss: null,
  preprocessing: null,
  extra: {},
} as const

function fromSafetensors(bytes: Uint8Array, file: string): TrainingCheckpoint {
  const { tensors, metadata } = readSafetensors(bytes, file)
  const model = stateDictOf(new Map(tensors), file)
  return {
    ...nothingElse,
    model,
    preprocessing: checkPreprocessing(parseStored(metadata['preprocessing'], file), file),
    extra: checkExtra(parseStored(metadata['slicetune'], file), file),
  }
}

/** Metadata of safetensors are texts, ours JSON. */
function parseStored(text: string | undefined, file: string): JsonValue | null {
  if (text === undefined) return null
  try {
    return parseJson(text)
  } catch (cause) {
    throw damaged(file, 'its metadata cannot be read', cause)
  }
}

/** @param value - null for nothing stored, undefined for something that is not plain data */
function checkPreprocessing(value: JsonValue | undefined, file: string): Preprocessing | null {
  if (value === null) return null
  const { data, error } = Preprocessing.safeParse(value)
  if (!data) throw damaged(file, 'the preprocessing stored in it cannot be read', error)
  return data
}

function checkExtra(value: JsonValue | undefined, file: string): JsonObject {
  if (value === null) return {}
  if (!isJsonObject(value)) throw damaged(file, 'the run data stored in it cannot be read')
  return value
}

/** A number, or a tensor with one element, as scripts that forget `.item()` store their losses. */
function numberAt(map: CheckpointMap, key: string): number | null {
  const value = map.get(key)
  if (isTensor(value)) return value.data.length === 1 ? (widened(value).data[0] ?? null) : null
  return typeof value === 'number' ? value : null
}

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
import type { CheckpointMap, CheckpointValue } from './value'
import { isTensor } from './value'

/** Names of tensors that stand beside the official ones, so that no loader of others sees them. */
export const besidePrefix = 'slicetune.'

/** Of what the optimiser keeps for such tensors, which its own state cannot name. */
export const momentsPrefix = `${besidePrefix}moments.`

/** What stands beside the model for whoever uses it: without what only a training that goes on needs. */
export function besideForUse({ beside }: Pick<TrainingCheckpoint, 'beside'>): StateDict {
  return new Map([...beside].filter(([name]) => !name.startsWith(momentsPrefix)))
}

/**
 * A model with what training needs to go on: the original recipe's `{"model","epoch","optimizer","loss","best_loss"}`,
 * with SliceTune's own data beside `model`, never inside it, since the official loader is strict.
 */
export interface TrainingCheckpoint {
  readonly model: StateDict
  /**
   * Trained tensors that the official code does not know: a vector for negative clicks, the finder. Their names begin
   * with `besidePrefix`
   */
  readonly beside: StateDict
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
    beside: besideOf(value.get('slicetune_tensors'), file),
    epoch: numberAt(value, 'epoch'),
    optimizer: readAdamWState(value.get('optimizer')),
    loss: numberAt(value, 'loss'),
    bestLoss: numberAt(value, 'best_loss'),
    preprocessing: checkPreprocessing(jsonOf(value.get('preprocessing') ?? null), file),
    extra: checkExtra(jsonOf(value.get('slicetune') ?? null), file),
  }
}

type WrittenCheckpoint = Omit<TrainingCheckpoint, 'beside'> & { readonly beside?: StateDict }

/** What `torch.load(weights_only=True)` reads: dicts of tensors, plain numbers and texts only. */
export function writeTrainingCheckpoint(checkpoint: WrittenCheckpoint): Uint8Array {
  const { model, beside, epoch, optimizer, loss, bestLoss, preprocessing, extra } = checkpoint
  const entries: [string, Picklable][] = [['model', model]]
  if (epoch !== null) entries.push(['epoch', epoch])
  if (optimizer) entries.push(['optimizer', picklableAdamWState(optimizer)])
  if (loss !== null) entries.push(['loss', new PythonFloat(loss)])
  if (bestLoss !== null) entries.push(['best_loss', new PythonFloat(bestLoss)])
  if (preprocessing) entries.push(['preprocessing', picklableJson(preprocessing)])
  if (Object.keys(extra).length > 0) entries.push(['slicetune', picklableJson(extra)])
  if (beside && beside.size > 0) entries.push(['slicetune_tensors', beside])
  return writeTorchZip(new Map(entries))
}

const nothingElse = {
  beside: new Map(),
  epoch: null,
  optimizer: null,
  loss: null,
  bestLoss: null,
  preprocessing: null,
  extra: {},
} as const satisfies Partial<TrainingCheckpoint>

function fromSafetensors(bytes: Uint8Array, file: string): TrainingCheckpoint {
  const { tensors, metadata } = readSafetensors(bytes, file)
  const isBeside = ([name]: readonly [string, unknown]): boolean => name.startsWith(besidePrefix)
  const all = [...tensors]
  return {
    ...nothingElse,
    model: stateDictOf(new Map(all.filter(entry => !isBeside(entry))), file),
    beside: besideOf(new Map(all.filter(isBeside)), file),
    preprocessing: checkPreprocessing(parseStored(metadata['preprocessing'], file), file),
    extra: checkExtra(parseStored(metadata['slicetune'], file), file),
  }
}

function besideOf(value: CheckpointValue | undefined, file: string): StateDict {
  return value instanceof Map && value.size > 0 ? stateDictOf(value, file) : new Map()
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

import type { DType } from '../tensor/dtype'
import { bytesPerElement } from '../tensor/dtype'
import { damaged, notACheckpoint } from './damage'
import { checkNesting } from './nesting'
import { readPickle } from './pickle'
import { MemoryBudget, Storage } from './storage'
import type { StorageId } from './torch-world'
import { torchWorld } from './torch-world'
import type { CheckpointValue } from './value'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001

/**
 * Reads what `torch.save` wrote before version 1.6: five pickles in a row (magic number, protocol, machine, the value,
 * the keys of its storages), then each storage as an 8-byte length and its elements.
 *
 * @throws AppError UNSAFE_PICKLE, CORRUPT_FILE, NOT_A_CHECKPOINT
 */
export function readTorchLegacy(bytes: Uint8Array, file: string): CheckpointValue {
  const budget = new MemoryBudget(bytes.length, file)
  const read = (start: number, storage: (id: StorageId) => Storage) =>
    readPickle(bytes, { file, start, world: torchWorld({ file, budget, storage }) })
  const noStorage = () => {
    throw damaged(file, 'its header refers to a storage')
  }

  const magic = read(0, noStorage)
  if (magic.value !== MAGIC) throw notACheckpoint(file, 'it is a pickle, but not one that torch.save wrote')
  const protocol = read(magic.end, noStorage)
  if (protocol.value !== PROTOCOL) throw notACheckpoint(file, 'it was written by an unknown version of torch')
  const machine = read(protocol.end, noStorage)
  if (!(machine.value instanceof Map) || machine.value.get('little_endian') !== true) {
    throw notACheckpoint(file, 'its numbers are big-endian')
  }

  // The storages stand behind the value that refers to them, and only the value knows their types: it is read twice,
  // first with storages made of nothing but zeros that are never copied.
  const types = new Map<string, DType>()
  const survey = readPickle(bytes, {
    file,
    start: machine.end,
    world: surveyWorld(file, types),
  })
  const keys = read(survey.end, noStorage)
  const storages = readStorages(bytes, { file, start: keys.end, keys: keys.value, types })
  const { value } = read(machine.end, id => window(id, storages.get(id.key), file))
  checkNesting(value, file)
  return value
}

/** Notes the type of every storage and puts null for every tensor. */
function surveyWorld(file: string, types: Map<string, DType>) {
  const world = torchWorld({
    file,
    budget: new MemoryBudget(0, file),
    storage: ({ key, dtype }) => {
      if (!dtype || (types.has(key) && types.get(key) !== dtype))
        throw damaged(file, `the storage ${key} has no type`)
      types.set(key, dtype)
      return new Storage(key, dtype, new Uint8Array())
    },
  })
  const call = (name: string, args: readonly CheckpointValue[]) =>
    name.startsWith('torch._utils._rebuild_') ? null : world.call(name, args)
  return { ...world, call }
}

function readStorages(
  bytes: Uint8Array,
  {
    file,
    start,
    keys,
    types,
  }: { file: string; start: number; keys: CheckpointValue; types: Map<string, DType> },
): Map<string, Uint8Array> {
  if (!Array.isArray(keys)) throw damaged(file, 'the list of its storages is missing')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const storages = new Map<string, Uint8Array>()
  let at = start
  for (const key of keys) {
    const dtype = typeof key === 'string' ? types.get(key) : undefined
    if (typeof key !== 'string' || !dtype) throw damaged(file, 'it lists a storage that nothing uses')
    if (at + 8 > bytes.length) throw damaged(file, `the storage ${key} is missing`)
    const end = at + 8 + Number(view.getBigUint64(at, true)) * bytesPerElement(dtype)
    if (!(end <= bytes.length)) throw damaged(file, `the storage ${key} is shorter than it should be`)
    storages.set(key, bytes.subarray(at + 8, end))
    at = end
  }
  return storages
}

function window(
  { key, dtype, length, view }: StorageId,
  bytes: Uint8Array | undefined,
  file: string,
): Storage {
  const width = dtype ? bytesPerElement(dtype) : 1
  if (!bytes || bytes.length < length * width)
    throw damaged(file, `the storage ${key} is missing or too short`)
  if (!view) return new Storage(key, dtype, bytes)
  const end = (view.offset + view.length) * width
  if (!(view.offset >= 0 && view.length >= 0 && end <= bytes.length)) {
    throw damaged(file, `a part of the storage ${key} lies outside it`)
  }
  return new Storage(key, dtype, bytes.subarray(view.offset * width, end))
}

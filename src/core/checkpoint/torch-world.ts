/**
 * What the pickle of a torch file may name: the allow-list, and what each name builds. Everything else is refused.
 *
 * @see torch/_weights_only_unpickler.py and torch/_utils.py for the meaning of the arguments
 */
import type { DType } from '../tensor/dtype'
import { damaged } from './damage'
import { buildNumpy, numpyCalls } from './numpy-world'
import type { PickleWorld } from './pickle-machine'
import type { MemoryBudget } from './storage'
import { readView, Storage } from './storage'
import type { CheckpointMap, CheckpointValue } from './value'
import { isTensor, itemsOf, Named, Tuple } from './value'

export interface TorchContext {
  readonly file: string
  readonly budget: MemoryBudget
  /** Finds the bytes that `persistent_id` speaks of. */
  storage(id: StorageId): Storage
}

export interface StorageId {
  readonly key: string
  readonly dtype: DType | null
  /** Elements, or bytes where the storage has no type */
  readonly length: number
  /** Legacy files: a window of the storage, in elements */
  readonly view: { readonly offset: number; readonly length: number } | null
}

const storageTypes: Readonly<Record<string, DType | null>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
  'torch.UntypedStorage': null,
  'torch.storage.UntypedStorage': null,
}

const torchTypes: Readonly<Record<string, DType>> = {
  'torch.float64': 'float64',
  'torch.float32': 'float32',
  'torch.float16': 'float16',
  'torch.bfloat16': 'bfloat16',
  'torch.int64': 'int64',
  'torch.int32': 'int32',
  'torch.int16': 'int16',
  'torch.int8': 'int8',
  'torch.uint64': 'uint64',
  'torch.uint32': 'uint32',
  'torch.uint16': 'uint16',
  'torch.uint8': 'uint8',
  'torch.bool': 'bool',
}

type Args = readonly CheckpointValue[]
type Call = (args: Args, context: TorchContext) => CheckpointValue

const calls: Readonly<Record<string, Call>> = {
  'torch._utils._rebuild_tensor': (args, context) => rebuild(args, null, context),
  'torch._utils._rebuild_tensor_v2': (args, context) => rebuild(args, null, context),
  'torch._utils._rebuild_tensor_v3': (args, context) => rebuild(args, args[6], context),
  'torch._utils._rebuild_parameter': (args, context) => onlyTensor(args, context),
  'torch._utils._rebuild_parameter_with_state': (args, context) => onlyTensor(args, context),
  'torch.Size': (args, { file }) => new Tuple(args.length === 0 ? [] : listed(args, file)),
  'torch.device': args => new Named(args.filter(part => typeof part !== 'object').join(':')),
  'collections.OrderedDict': (args, { file }) => dictOf(args, file),
  ...bothNames('set', (args, { file }) => new Set(args.length === 0 ? [] : listed(args, file))),
  ...bothNames('frozenset', (args, { file }) => new Set(args.length === 0 ? [] : listed(args, file))),
  ...bothNames('bytes', (args, { file }) => bytesOf(args, file)),
  ...bothNames('bytearray', (args, { file }) => bytesOf(args, file)),
  '_codecs.encode': ([text, encoding], { file }) => {
    if (typeof text !== 'string' || encoding !== 'latin1')
      throw damaged(file, 'bytes in its pickle cannot be read')
    return Uint8Array.from(text, character => character.codePointAt(0) ?? 0)
  },
}

export function torchWorld(context: TorchContext): PickleWorld {
  const { file } = context
  const numpy = numpyCalls(context)
  const known = (name: string) => Object.hasOwn(calls, name) || Object.hasOwn(numpy, name)
  return {
    allows: name =>
      known(name) ||
      Object.hasOwn(storageTypes, name) ||
      Object.hasOwn(torchTypes, name) ||
      name === 'numpy.ndarray',
    call: (name, args) => {
      if (!known(name)) throw damaged(file, `${name} cannot be called`)
      return calls[name]?.(args, context) ?? numpy[name]?.(args) ?? null
    },
    persistent: id => context.storage(storageId(id, file)),
    // Ordered dicts of torch carry version notes, and parameters Python attributes: neither is needed.
    build: (target, state) => buildNumpy(target, state, context) ?? target,
  }
}

function storageId(id: CheckpointValue, file: string): StorageId {
  const [kind, type, key, , length, view] = itemsOf(id) ?? []
  const known = type instanceof Named && Object.hasOwn(storageTypes, type.name)
  if (kind !== 'storage' || !known || typeof key !== 'string' || typeof length !== 'number' || length < 0) {
    throw damaged(file, 'a reference to a storage cannot be read')
  }
  const [, offset, viewLength] = itemsOf(view) ?? []
  return {
    key,
    dtype: storageTypes[type.name] ?? null,
    length,
    view:
      typeof offset === 'number' && typeof viewLength === 'number' ? { offset, length: viewLength } : null,
  }
}

function rebuild(args: Args, type: CheckpointValue | undefined, context: TorchContext): CheckpointValue {
  const [storage, offset, shape, strides] = args
  const dtype = type instanceof Named ? torchTypes[type.name] : undefined
  if (!(storage instanceof Storage) || typeof offset !== 'number') {
    throw damaged(context.file, 'a tensor names no storage')
  }
  const chosen = dtype ?? storage.dtype
  if (!chosen) throw damaged(context.file, 'a tensor has no element type')
  return readView(
    storage,
    { dtype: chosen, offset, shape: counts(shape, context.file), strides: counts(strides, context.file) },
    context,
  )
}

function counts(value: CheckpointValue | undefined, file: string): number[] {
  const items = itemsOf(value)
  const numbers = (items ?? []).filter(item => typeof item === 'number')
  if (!items || numbers.length !== items.length) throw damaged(file, 'a tensor has an impossible shape')
  return numbers
}

function onlyTensor([value]: Args, { file }: TorchContext): CheckpointValue {
  if (!isTensor(value)) throw damaged(file, 'a parameter holds no tensor')
  return value
}

function listed([value]: Args, file: string): CheckpointValue[] {
  const items = value instanceof Set ? [...value] : itemsOf(value)
  if (!items) throw damaged(file, 'a list is missing in its pickle')
  return [...items]
}

function dictOf(args: Args, file: string): CheckpointMap {
  const map: CheckpointMap = new Map()
  for (const pair of args.length === 0 ? [] : listed(args, file)) {
    const [key, value] = itemsOf(pair) ?? []
    if (key === undefined || value === undefined) throw damaged(file, 'a key in its pickle has no value')
    map.set(key, value)
  }
  return map
}

function bytesOf([value, encoding]: Args, file: string): Uint8Array {
  if (value === undefined) return new Uint8Array()
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string' && encoding === 'latin-1') {
    return Uint8Array.from(value, character => character.codePointAt(0) ?? 0)
  }
  const items = itemsOf(value)
  if (!items?.every(item => typeof item === 'number'))
    throw damaged(file, 'bytes in its pickle cannot be read')
  return Uint8Array.from(items.filter(item => typeof item === 'number'))
}

/** Python 2 and 3 spell the module of the built-in types differently; only the listed ones are allowed. */
function bothNames(name: string, call: Call): Record<string, Call> {
  return { [`builtins.${name}`]: call, [`__builtin__.${name}`]: call }
}

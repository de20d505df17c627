import { bytesPerElement } from '../tensor/dtype'
import { damaged, notACheckpoint } from './damage'
import { checkNesting } from './nesting'
import { readPickle } from './pickle'
import { MemoryBudget, Storage } from './storage'
import type { StorageId } from './torch-world'
import { torchWorld } from './torch-world'
import { decodeLatin1 } from './utf8'
import type { CheckpointValue } from './value'
import type { ZipEntry } from './zip'

/** A state dict's pickle has some 100 KB; the limit keeps a bomb from filling the memory with values. */
const LARGEST_PICKLE = 64 * 2 ** 20

/**
 * Reads what `torch.save` has written since version 1.6: a zip of one pickle and one entry per storage.
 *
 * @throws AppError UNSAFE_PICKLE, CORRUPT_FILE, NOT_A_CHECKPOINT
 */
export function readTorchZip(
  entries: ReadonlyMap<string, ZipEntry>,
  { file, fileBytes }: { file: string; fileBytes: number },
): CheckpointValue {
  const pickle = [...entries.values()].find(entry => /^[^/]*\/data\.pkl$/.test(entry.name))
  if (!pickle) throw notACheckpoint(file, 'it is a zip file without a data.pkl')
  const root = pickle.name.slice(0, -'data.pkl'.length)
  if (entries.has(`${root}constants.pkl`))
    throw notACheckpoint(file, 'it is a TorchScript program, not a state dict')
  const order = entries.get(`${root}byteorder`)?.read()
  if (order && decodeLatin1(order) !== 'little') throw notACheckpoint(file, 'its numbers are big-endian')
  if (pickle.size > LARGEST_PICKLE) throw damaged(file, 'its pickle is absurdly long')

  const storages = new Map<string, Uint8Array>()
  const storage = ({ key, dtype, length }: StorageId) => {
    const entry = entries.get(`${root}data/${key}`)
    if (!entry) throw damaged(file, `the storage ${key} is missing`)
    const bytes = storages.get(key) ?? entry.read()
    storages.set(key, bytes)
    const needed = length * (dtype ? bytesPerElement(dtype) : 1)
    if (bytes.length < needed) throw damaged(file, `the storage ${key} is shorter than it should be`)
    return new Storage(key, dtype, bytes.subarray(0, needed))
  }
  const world = torchWorld({ file, budget: new MemoryBudget(fileBytes, file), storage })
  const { value } = readPickle(pickle.read(), { file, world })
  checkNesting(value, file)
  return value
}

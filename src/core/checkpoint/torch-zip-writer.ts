import type { Picklable } from './pickle-writer'
import { writePickle } from './pickle-writer'
import { encodeUtf8 } from './utf8'
import { writeZip } from './zip-writer'

/** As torch does: a multiple of the cache line. */
const ALIGNMENT = 64

/** Writes what `torch.load(weights_only=True)` reads: a zip of a pickle and one stored entry per storage. */
export function writeTorchZip(value: Picklable): Uint8Array {
  const { pickle, storages } = writePickle(value)
  const entry = (name: string, contents: Uint8Array) => ({ name: `archive/${name}`, contents })
  return writeZip(
    [
      entry('data.pkl', pickle),
      entry('byteorder', encodeUtf8('little')),
      ...storages.map(({ buffer, byteOffset, byteLength }, key) =>
        entry(`data/${key}`, new Uint8Array(buffer, byteOffset, byteLength)),
      ),
      entry('version', encodeUtf8('3\n')),
    ],
    ALIGNMENT,
  )
}

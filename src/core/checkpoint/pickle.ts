/**
 * Python's pickle, protocols 0 to 5, read as data: a stack machine that builds plain values and never imports or
 * calls anything. What a pickle may name is decided by the caller's `resolve`; whatever is not on that list is refused
 * before its arguments are looked at.
 *
 * @see Lib/pickletools.py in CPython, the format's reference
 */
import { damaged, unsafe } from './damage'
import { PickleReader } from './pickle-reader'
import type { PickleWorld } from './pickle-machine'
import { PickleMachine } from './pickle-machine'
import type { CheckpointValue } from './value'
import { Tuple } from './value'

/** Steps one pickle may take; a state dict of 300 tensors takes about 10,000, and each may cost some 400 bytes. */
const MOST_STEPS = 3_000_000
/** @returns the value, and where the pickle ends: several may follow each other in a file */
export function readPickle(
  bytes: Uint8Array,
  options: { file: string; world: PickleWorld; start?: number },
): { value: CheckpointValue; end: number } {
  const reader = new PickleReader(bytes, options.file, options.start)
  const machine = new PickleMachine(reader, options.world)
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const code = reader.uint8()
    if (code === 0x2e) return { value: machine.pop(), end: reader.position }
    const step = opcodes[code]
    if (!step) throw damaged(options.file, `its pickle holds the unknown instruction 0x${code.toString(16)}`)
    step(machine)
  }
  throw damaged(options.file, 'its pickle is absurdly long')
}

type Step = (machine: PickleMachine) => void

const constant =
  (make: () => CheckpointValue): Step =>
  machine =>
    machine.push(make())

const read =
  (take: (reader: PickleReader) => CheckpointValue): Step =>
  machine =>
    machine.push(take(machine.reader))

const refuse =
  (reason: string): Step =>
  machine => {
    throw unsafe(machine.reader.file, reason)
  }

/** One entry per instruction of pickletools, under its code. */
const opcodes: Readonly<Record<number, Step>> = {
  0x80: m => {
    if (m.reader.uint8() > 5) m.fail('its pickle is of an unknown protocol')
  },
  0x95: m => void m.reader.uint64(), // FRAME: a hint for buffered readers
  0x28: m => m.mark(),
  0x30: m => m.drop(),
  0x31: m => void m.popToMark(),
  0x32: m => m.push(m.top()),

  0x4e: constant(() => null),
  0x88: constant(() => true),
  0x89: constant(() => false),
  // INT doubles as the booleans of protocol 0.
  0x49: read(r => {
    const start = r.position
    const text = r.line()
    if (text === '00' || text === '01') return text === '01'
    r.position = start
    return r.decimal()
  }),
  0x4c: read(r => r.decimal()),
  0x4a: read(r => r.int32()),
  0x4b: read(r => r.uint8()),
  0x4d: read(r => r.uint16()),
  0x8a: read(r => r.integer(r.uint8())),
  0x8b: read(r => r.integer(r.uint32())),
  0x46: read(r => decimalFloat(r)),
  0x47: read(r => r.float64()),

  0x53: read(r => r.line().replace(/^(['"])(.*)\1$/, '$2')),
  0x54: read(r => r.text(r.uint32())),
  0x55: read(r => r.text(r.uint8())),
  0x56: read(r => r.line()),
  0x58: read(r => r.text(r.uint32())),
  0x8c: read(r => r.text(r.uint8())),
  0x8d: read(r => r.text(r.uint64())),
  0x42: read(r => r.bytes(r.uint32())),
  0x43: read(r => r.bytes(r.uint8())),
  0x8e: read(r => r.bytes(r.uint64())),
  0x96: read(r => r.bytes(r.uint64())),

  0x5d: constant(() => []),
  0x61: m => {
    const item = m.pop()
    m.append([item])
  },
  0x65: m => m.append(m.popToMark()),
  0x6c: m => m.push(m.popToMark()),
  0x29: constant(() => new Tuple([])),
  0x74: m => m.push(new Tuple(m.popToMark())),
  0x85: m => m.tuple(1),
  0x86: m => m.tuple(2),
  0x87: m => m.tuple(3),
  0x7d: constant(() => new Map()),
  0x64: m => m.push(m.fill(new Map(), m.popToMark())),
  0x73: m => {
    const value = m.pop()
    const key = m.pop()
    m.setItems([key, value])
  },
  0x75: m => m.setItems(m.popToMark()),
  0x8f: constant(() => new Set()),
  0x90: m => m.add(m.popToMark()),
  0x91: m => m.push(new Set(m.popToMark())),

  0x67: m => m.recall(m.memoIndex()),
  0x68: m => m.recall(m.reader.uint8()),
  0x6a: m => m.recall(m.reader.uint32()),
  0x70: m => m.remember(m.memoIndex()),
  0x71: m => m.remember(m.reader.uint8()),
  0x72: m => m.remember(m.reader.uint32()),
  0x94: m => m.remember(),

  0x63: m => m.global(m.reader.line(), m.reader.line()),
  0x93: m => m.stackGlobal(),
  0x52: m => m.reduce(),
  0x81: m => m.reduce(), // NEWOBJ: for the few allowed classes the same as calling them
  0x92: refuse('it creates an object with keyword arguments'),
  0x69: m => {
    m.global(m.reader.line(), m.reader.line())
    const target = m.pop()
    m.call(target, m.popToMark())
  },
  0x6f: m => {
    const [target, ...args] = m.popToMark()
    m.call(target, args)
  },
  0x62: m => m.build(),
  0x50: m => m.push(m.world.persistent(m.reader.line())),
  0x51: m => m.push(m.world.persistent(m.pop())),
  0x82: refuse('it uses a registered extension'),
  0x83: refuse('it uses a registered extension'),
  0x84: refuse('it uses a registered extension'),
  0x97: refuse('it asks for a buffer outside the file'),
  0x98: refuse('it asks for a buffer outside the file'),
}

function decimalFloat(reader: PickleReader): number {
  const text = reader.line()
  if (/^[+-]?(inf|nan)$/i.test(text))
    return /nan/i.test(text) ? NaN : text.startsWith('-') ? -Infinity : Infinity
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value))
    throw damaged(reader.file, 'a number in its pickle cannot be read')
  return value
}

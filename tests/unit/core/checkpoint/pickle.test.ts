import { readFileSync, readdirSync } from 'node:fs'
import { zipSync } from 'fflate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCheckpointFile } from '../../../../src/core/checkpoint/index'
import { readPickle } from '../../../../src/core/checkpoint/pickle'
import { checkNesting } from '../../../../src/core/checkpoint/nesting'
import { MemoryBudget, Storage } from '../../../../src/core/checkpoint/storage'
import { torchWorld } from '../../../../src/core/checkpoint/torch-world'
import { Named, Tuple } from '../../../../src/core/checkpoint/value'
import { AppError } from '../../../../src/shared/errors'

const file = 'x.pth'
/** Text with \xNN for the instructions, as Python writes bytes. */
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'))
const storage = () => new Storage('0', 'float32', new Uint8Array(8))
const world = torchWorld({ file, budget: new MemoryBudget(0, file), storage })
const load = (text: string) => {
  const { value } = readPickle(bytes(text), { file, world })
  checkNesting(value, file)
  return value
}
const refusal = (act: () => unknown): AppError => {
  try {
    act()
  } catch (error) {
    if (error instanceof AppError) return error as AppError
    throw error
  }
  throw new Error('it was accepted')
}

describe('a pickle', () => {
  it.each<[string, string, unknown]>([
    ['protocol 0 integers and booleans', '(lp0\nI5\naI01\naL-7L\naF1.5\na.', [5, true, -7, 1.5]],
    ['protocol 0 dicts', "(dp0\nS'k'\np1\nVv\np2\ns.", new Map([['k', 'v']])],
    ['protocol 1 texts', '\x80\x01U\x02hi.', 'hi'],
    ['long integers', '\x80\x02\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', 2n ** 64n],
    ['negative long integers', '\x80\x02\x8a\x01\xff.', -1],
    ['protocol 4 sets', '\x80\x04\x8f(K\x01K\x02\x90.', new Set([1, 2])],
    ['frozen sets', '\x80\x04(K\x01\x91.', new Set([1])],
    ['byte arrays', '\x80\x05\x96\x02\x00\x00\x00\x00\x00\x00\x00ab.', bytes('ab')],
    ['memoised values', '\x80\x04]\x94h\x00\x86.', new Tuple([[], []])],
    ['names on the list', '\x80\x02ctorch\nfloat32\n.', new Named('torch.float32')],
    ['a device', '\x80\x02ctorch\ndevice\nX\x04\x00\x00\x00cudaK\x01\x86R.', new Named('cuda:1')],
    [
      'an ordered dict of pairs',
      '\x80\x02ccollections\nOrderedDict\n]K\x01K\x02\x86a\x85R.',
      new Map([[1, 2]]),
    ],
    ['what POP and DUP leave', '\x80\x02K\x01K\x02020.', 1],
  ])('is read: %s', (_, text, value) => {
    expect(load(text)).toEqual(value)
  })

  it.each<[string, string]>([
    ['os.system', '\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.'],
    ['a name from the stack', '\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.'],
    ['a dotted name', '\x80\x04\x8c\x05torch\x8c\x0dhub.load_file\x93.'],
    ['INST', '(Vls\nios\nsystem\n.'],
    ['builtins.eval', '\x80\x02cbuiltins\neval\n.'],
    ['getattr', '\x80\x02c__builtin__\ngetattr\n.'],
    ['a name of Object.prototype', '\x80\x02cconstructor\n__proto__\n.'],
    ['an extension', '\x80\x02\x82\x01.'],
    ['keyword arguments', '\x80\x04N\x29}\x92.'],
    ['a buffer outside', '\x80\x05\x97.'],
  ])('is refused as unsafe: %s', (_, text) => {
    expect(refusal(() => load(text))).toMatchObject({ code: 'UNSAFE_PICKLE', data: { file } })
  })

  it.each<[string, string]>([
    ['nothing', ''],
    ['no STOP', '\x80\x02K\x01'],
    ['an unknown instruction', '\x80\x02\xff.'],
    ['an unknown protocol', '\x80\x09N.'],
    ['STOP with an empty stack', '\x80\x02.'],
    ['a pop below the mark', '\x80\x02K\x01(\x85.'],
    ['SETITEMS with an odd count', '\x80\x02}(K\x01u.'],
    ['APPEND to an integer', '\x80\x02K\x01K\x02a.'],
    ['a memo never stored', '\x80\x02h\x07.'],
    ['a text longer than the file', '\x80\x02X\xff\xff\xff\x7fa.'],
    ['a text of 2^63 bytes', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa.'],
    ['an integer of a gigabyte', '\x80\x02\x8b\x00\x00\x00\x40.'],
    ['a text that is not UTF-8', '\x80\x02U\x01\xff.'],
    ['a call of a text', '\x80\x02X\x01\x00\x00\x00a)R.'],
    ['a tensor type called', '\x80\x02ctorch\nfloat32\n)R.'],
    ['a reference to no storage', '\x80\x02K\x01Q.'],
    ['a list inside itself', '\x80\x02]q\x00h\x00a.'],
    ['a memo of millions', `\x80\x04N${'\x94'.repeat(3_000_000)}.`],
    ['millions of dicts', `\x80\x02]${'}a'.repeat(1_500_000)}.`],
    ['deep tuples', `\x80\x02N${'\x85'.repeat(50_000)}.`],
    [
      'a million laughs',
      `\x80\x02]q\x00${'(h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00lq\x00'.repeat(30)}K\x01.`.replace(
        'K\x01.',
        '.',
      ),
    ],
  ])('is refused as damaged: %s', (_, text) => {
    expect(refusal(() => load(text))).toMatchObject({ code: 'CORRUPT_FILE', data: { file } })
  })

  it('is refused when a small storage claims to be a huge tensor', () => {
    const reference =
      '(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02tQ'
    const tensor = (shape: string, strides: string) =>
      `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${reference}K\x00${shape}\x85${strides}\x85\x89NtR.`
    const million = 'J\x00\xca\x9a\x3b'

    expect(load(tensor('K\x02', 'K\x01'))).toMatchObject({ shape: [2] })
    expect(refusal(() => load(tensor(million, 'K\x01')))).toMatchObject({ code: 'CORRUPT_FILE' })
    expect(refusal(() => load(tensor(million, 'K\x00'))).message).toMatch(/far more memory/)
    expect(refusal(() => load(tensor('J\xff\xff\xff\xff', 'K\x01'))).message).toMatch(/impossible shape/)
    expect(refusal(() => load(tensor('K\x02', 'J\xff\xff\xff\xff'))).message).toMatch(/outside its storage/)
  })
})

describe('files of every kind', () => {
  const folder = new URL('../../../fixtures/6-checkpoint/', import.meta.url)
  const samples = readdirSync(folder)
    .filter(name => /^(zoo|tiny|multi|bare|evil)/.test(name) && !name.endsWith('.json'))
    .map(name => new Uint8Array(readFileSync(new URL(name, folder))))

  it('never crash the reader, however they are changed', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(change, { maxLength: 6 }),
        fc.option(fc.nat()),
        (sample, changes, cut) => {
          const changed = sample.slice(0, cut === null ? undefined : cut % sample.length)
          for (const { at, byte } of changes) changed[at % changed.length] = byte
          try {
            readCheckpointFile(changed, file)
          } catch (error) {
            expect(error).toBeInstanceOf(AppError)
            expect(error).toMatchObject({ data: { file } })
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('are refused with their name when they are something else', () => {
    for (const content of [
      '',
      'PK',
      '<!DOCTYPE html><html>',
      'version https://git-lfs.github.com/spec/v1\n',
    ]) {
      expect(refusal(() => readCheckpointFile(bytes(content), file))).toMatchObject({
        code: 'NOT_A_CHECKPOINT',
      })
    }
    const document = zipSync({ 'word/document.xml': bytes('<xml/>') })
    expect(refusal(() => readCheckpointFile(document, file))).toMatchObject({ code: 'NOT_A_CHECKPOINT' })
  })

  it('are found inside a zip', () => {
    const inner = readFileSync(new URL('official_style_zip.pt', folder))
    const outer = zipSync({
      'weights/': new Uint8Array(),
      'weights/efficient_sam_vits.pt': new Uint8Array(inner),
    })

    expect(readCheckpointFile(outer, file)).toEqual(readCheckpointFile(new Uint8Array(inner), file))
  })
})

import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { readCheckpointFile } from '../../../src/core/checkpoint/index'
import type { CheckpointValue } from '../../../src/core/checkpoint/value'
import { isTensor } from '../../../src/core/checkpoint/value'
import { AppError } from '../../../src/shared/errors'
import { formulaStateDict } from '../formula-weights'
import { fixtureBytes, fixtureUrl, unopenedFixtures } from '../npy-fixture'
import { elements, plain } from './plain'

const folder = fixtureUrl('6-checkpoint/')
const bytesOf = (name: string) => fixtureBytes(`6-checkpoint/${name}`)
// Not by fixtureJson: the zoo's NaN stay words, as `plain` writes them.
const jsonOf = (name: string): unknown => JSON.parse(new TextDecoder().decode(bytesOf(name)))

interface Manifest {
  files: Record<string, { bytes: number; expected?: Record<string, unknown> }>
  must_refuse: string[]
  must_accept: string[]
  optional: Record<string, string>
}
const manifest = jsonOf('manifest.json') as Manifest

const refusals: Record<string, string> = {
  'bad_deep_nesting.pt': 'CORRUPT_FILE',
  'bad_missing_storage.pt': 'CORRUPT_FILE',
  'bad_not_a_checkpoint.pt': 'NOT_A_CHECKPOINT',
  'bad_shape_exceeds_storage.pt': 'CORRUPT_FILE',
  'bad_short_storage.pt': 'CORRUPT_FILE',
  'bad_truncated.pt': 'CORRUPT_FILE',
  'bad_truncated_pickle.pt': 'CORRUPT_FILE',
  'evil_eval_zip.pt': 'UNSAFE_PICKLE',
  'evil_os_system_legacy.pt': 'UNSAFE_PICKLE',
  'evil_os_system_zip.pt': 'UNSAFE_PICKLE',
  'evil_plain.pkl': 'UNSAFE_PICKLE',
}

const key = (value: CheckpointValue, ...path: (string | number)[]) =>
  path.reduce<CheckpointValue | undefined>(
    (inner, step) =>
      inner instanceof Map ? inner.get(step) : Array.isArray(inner) ? inner[Number(step)] : undefined,
    value,
  )

describe('checkpoint files written by torch', () => {
  afterAll(() => expect(unopenedFixtures('6-checkpoint')).toEqual([]))

  it('are all named by the manifest', () => {
    const files = readdirSync(folder).filter(name => !name.endsWith('.json'))

    expect(files.sort()).toEqual(Object.keys(manifest.files).sort())
    expect(files.sort()).toEqual(
      [...manifest.must_accept, ...manifest.must_refuse, ...Object.keys(manifest.optional)].sort(),
    )
    expect(Object.keys(refusals).sort()).toEqual(manifest.must_refuse.sort())
  })

  it.each(manifest.must_refuse)('%s is refused by name, and nothing runs', name => {
    let refusal: unknown
    try {
      readCheckpointFile(bytesOf(name), name)
    } catch (error) {
      refusal = error
    }

    expect(refusal).toBeInstanceOf(AppError)
    expect(refusal).toMatchObject({ code: refusals[name], data: { file: name } })
    for (const place of [process.cwd(), tmpdir(), fileURLToPath(folder)]) {
      expect(existsSync(join(place, 'owned_marker'))).toBe(false)
    }
  })

  it.each([...manifest.must_accept, ...Object.keys(manifest.optional)])('%s is accepted', name => {
    expect(() => readCheckpointFile(bytesOf(name), name)).not.toThrow()
  })

  it.each(['zoo_zip.pt', 'zoo_legacy.pt', 'zoo_zip_protocol4.pt'])(
    '%s holds every type as torch has it',
    name => {
      const { value } = jsonOf('zoo_expected.json') as { value: unknown }

      const read = readCheckpointFile(bytesOf(name), name)

      expect(plain(read)).toEqual(expectedForm(value))
      expect(key(read, 'nested', 'memo', 0)).toBe(key(read, 'nested', 'memo', 1))
    },
  )

  it.each(['train_zip.pth', 'train_legacy.pth'])('%s holds a whole training run', name => {
    const expected = jsonOf('train_expected.json') as TrainExpected

    const read = readCheckpointFile(bytesOf(name), name)

    expect([...(read as Map<string, unknown>).keys()]).toEqual(expected.top_level_order)
    expect([key(read, 'epoch'), key(read, 'loss'), key(read, 'best_loss')]).toEqual([
      expected.epoch,
      expected.loss,
      expected.best_loss,
    ])
    expect([...(key(read, 'model') as Map<string, unknown>).keys()]).toEqual(Object.keys(expected.model))
    for (const [parameter, entry] of Object.entries(expected.model)) {
      expectSampled(key(read, 'model', parameter), entry, parameter)
    }
    for (const [index, moments] of Object.entries(expected.optimizer.state)) {
      for (const [moment, entry] of Object.entries(moments)) {
        expectSampled(key(read, 'optimizer', 'state', Number(index), moment), entry, `${index}.${moment}`)
      }
    }
    const { betas, ...group } = expected.optimizer.param_groups[0] ?? {}
    expect(plain(key(read, 'optimizer', 'param_groups', 0) ?? null)).toEqual({
      entries: expect.arrayContaining([['betas', { tuple: betas }], ...Object.entries(group)]) as unknown,
    })
  })

  it.each(['multi_gpu_numpy_scalar_zip.pth', 'multi_gpu_numpy1_scalar_zip.pth'])(
    '%s keeps its losses in numpy scalars, which become plain numbers',
    name => {
      const expected = manifest.files[name]?.expected

      const read = readCheckpointFile(bytesOf(name), name)

      expect(key(read, 'loss')).toBe(expected?.['loss'])
      expect(key(read, 'best_loss')).toBe(expected?.['best_loss'])
      expect(key(read, 'epoch')).toBe(expected?.['epoch'])
      expect(key(read, 'np_i64')).toBe(expected?.['np_i64'])
      expect(key(read, 'optimizer', 'param_groups', 0, 'lr')).toBe(4.5e-5)
      expect(plain(key(read, 'np_array') ?? null)).toMatchObject({
        shape: [2, 3],
        values: [0, 1, 2, 3, 4, 5],
      })
      expect(plain(key(read, 'model', 'w') ?? null)).toMatchObject({ values: [1, 2] })
    },
  )

  it('the official form holds the formula weights bit for bit', () => {
    const read = key(readCheckpointFile(bytesOf('official_style_zip.pt'), 'official_style_zip.pt'), 'model')

    const expected = formulaStateDict('pico')
    expect(read).toBeInstanceOf(Map)
    expect([...(read as Map<string, unknown>).keys()]).toEqual([...expected.keys()])
    for (const [name, tensor] of expected) expect(key(read ?? null, name), name).toEqual(tensor)
  })

  it('a tensor alone is read as a tensor', () => {
    expect(plain(readCheckpointFile(bytesOf('bare_tensor_zip.pt'), 'bare_tensor_zip.pt'))).toMatchSnapshot()
    expect(plain(readCheckpointFile(bytesOf('tiny_zip.pt'), 'tiny_zip.pt'))).toMatchSnapshot()
  })
})

interface Sampled {
  shape: number[]
  dtype: string
  sum64?: number
  index?: number[]
  value?: number[]
  values?: unknown[]
}
interface TrainExpected {
  epoch: number
  loss: number
  best_loss: number
  top_level_order: string[]
  model: Record<string, Sampled>
  optimizer: {
    state: Record<string, Record<string, Sampled>>
    param_groups: ({ betas: number[] } & Record<string, unknown>)[]
  }
}

function expectSampled(value: CheckpointValue | undefined, expected: Sampled, name: string): void {
  if (!isTensor(value)) throw new Error(`${name} is no tensor`)
  const actual = elements(value)
  expect([value.dtype, value.shape], name).toEqual([expected.dtype, expected.shape])
  if (expected.values) expect(actual, name).toEqual(expected.values)
  expect(
    (expected.index ?? []).map(i => actual[i]),
    name,
  ).toEqual(expected.value ?? [])
  // Sums of float64 in another order: 1e-9 per element.
  const sum = actual.reduce<number>((total, element) => total + Number(element), 0)
  if (expected.sum64 !== undefined)
    expect(Math.abs(sum - expected.sum64)).toBeLessThan(1e-9 * (actual.length + 1))
}

/** What our values cannot tell apart is left out: strides, parameters, and torch.Size, which is a tuple. */
function expectedForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expectedForm)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([name]) => !['stride', 'storage_offset', 'parameter'].includes(name),
  )
  return Object.fromEntries(
    entries.map(([name, item]) => [name === 'torch_size' ? 'tuple' : name, expectedForm(item)]),
  )
}

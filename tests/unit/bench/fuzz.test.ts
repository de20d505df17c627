import { fork } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { fuzzFiles } from '../../../bench/fuzz/fuzz'
import { mutated } from '../../../bench/fuzz/mutate'
import { runFuzz } from '../../../bench/fuzz/run-fuzz'

const root = join(import.meta.dirname, '../../..')
const hooks = pathToFileURL(join(root, 'tests/unit/main/support/source-imports.ts')).href

it('no reader crashes, hangs or asks for all memory over 300 damaged files', async () => {
  const report = await runFuzz({
    ...{ files: fuzzFiles(root), count: 300, seed: 5 },
    // Machines are shared, and the first file waits for the sources to be read.
    secondsEach: 30,
    start: () =>
      fork(join(root, 'bench/fuzz/reader.ts'), {
        execArgv: ['--no-warnings', '--import', hooks],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
  })

  expect(report.faults).toEqual([])
  expect(report.read).toBeGreaterThan(20)
  expect(report.refused).toBeGreaterThan(100)
})

it('damages a file in the same way for the same seed', () => {
  const bytes = Uint8Array.from({ length: 2000 }, (_, at) => at & 255)

  expect(mutated(bytes, 3)).toEqual(mutated(bytes, 3))
  expect(mutated(bytes, 3)).not.toEqual(mutated(bytes, 4))
  expect(mutated(bytes, 3)).not.toEqual(bytes)
})

it('tells of a process that ends, and goes on with another one', async () => {
  const report = await runFuzz({
    ...{ files: ['a'], count: 2, seed: 1, secondsEach: 30 },
    start: () =>
      fork('-', {
        execArgv: ['-e', 'process.once("message", () => process.exit(3))'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
  }).catch((error: unknown) => error)

  expect(report).toMatchObject({
    faults: [{ what: 'the process ended with 3' }, { what: 'the process ended with 3' }],
  })
})

import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readTrainingCheckpoint } from '../../../src/core/checkpoint'
import { makeTinyTraining, trainArguments } from './kill/tiny-training'
import type { CliOptions } from './run-cli'
import { eventsIn, runCli } from './run-cli'

const training = makeTinyTraining()
afterAll(() => rmSync(training.folder, { recursive: true, force: true }))

/** @returns what the run said and left, and it has ended: no thread held the process */
async function trainedBy(
  { workers, epochs = 5 }: { readonly workers: number; readonly epochs?: number },
  name: string,
  options?: CliOptions,
) {
  const out = join(training.folder, name)
  const words = [...trainArguments(training, 'full', out), '--workers', `${workers}`, '--epochs', `${epochs}`]
  const { code, signal, stdout, stderr } = await runCli(words, options)
  const [run = ''] = readdirSync(out)
  const files = readdirSync(join(out, run)).sort()
  return { code, signal, stderr, events: eventsIn(stdout), folder: join(out, run), files }
}

test('train --workers 2 leaves the run folder that one worker leaves, with a checkpoint to read', async () => {
  const [one, two] = [await trainedBy({ workers: 1 }, 'one'), await trainedBy({ workers: 2 }, 'two')]

  expect([one.code, two.code, two.signal]).toEqual([0, 0, null])
  expect(two.events.at(-1)).toMatchObject({ event: 'report', command: 'train', ended: 'finished' })
  expect(two.stderr).toContain('2 workers share each step, with 1 thread each.')
  expect(two.files).toEqual(one.files)
  const best = join(two.folder, 'medsam_lite_best.pth')
  const { model } = readTrainingCheckpoint(readFileSync(best), best)
  for (const { data } of model.values()) expect(data.every(Number.isFinite)).toBe(true)
})

test('Ctrl+C with two workers finishes the step, saves and exits 130', async () => {
  let sent = false

  const { code, signal, events, files } = await trainedBy({ workers: 2, epochs: 1000 }, 'stopped', {
    onLine: (line, kill) => {
      if (sent || !line.includes('"event":"epoch"')) return
      sent = true
      kill('SIGINT')
    },
  })

  expect([code, signal]).toEqual([130, null])
  expect(events.at(-1)).toMatchObject({ event: 'report', interrupted: true })
  expect(files).toContain('medsam_lite_latest.pth')
  expect(files.filter(name => name.includes('.tmp') || name.endsWith('.lock'))).toEqual([])
})

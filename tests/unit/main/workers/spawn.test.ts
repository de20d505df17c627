import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../../src/shared/domain/events'
import type { CreateWorker } from '../../../../src/main/workers/spawn'
import { runJob } from '../../../../src/main/workers/spawn'
import { StopFlag } from '../../../../src/main/workers/stop-flag'

/** Threads that keep to the protocol of `engine.worker.ts`, without an engine. */
const threads = join(import.meta.dirname, 'threads')
const createWorker =
  (file: string): CreateWorker =>
  options =>
    new Worker(join(threads, file), options)
const job = { name: 'doctor', options: {} } as const

async function collect(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const seen: JobEvent[] = []
  for await (const event of events) seen.push(event)
  return seen
}

describe('a job in a worker', () => {
  test('yields its events in order and ends', async () => {
    const events = await collect(
      runJob(job, { createWorker: createWorker('three-notices.ts'), stop: new StopFlag() }),
    )

    expect(events).toEqual(['doctor', '1', '2'].map(message => ({ event: 'notice', message })))
  })

  test('sees the stop flag while it computes, and has its last word', async () => {
    const stop = new StopFlag()
    const seen: JobEvent[] = []

    for await (const event of runJob(job, { createWorker: createWorker('until-stopped.ts'), stop })) {
      seen.push(event)
      if (event.event === 'notice' && event.message === 'working') stop.request()
    }

    expect(seen.at(-1)).toEqual({ event: 'notice', message: 'stopped at level 1' })
  })

  test('is asked to stop, never cut, when nobody listens any more', async () => {
    const stop = new StopFlag()

    for await (const event of runJob(job, { createWorker: createWorker('until-stopped.ts'), stop })) {
      if (event.event === 'notice') break
    }

    // Leaving the loop waited for the thread: it had to see the flag to end.
    expect(stop.urgent).toBe(true)
  })

  test('becomes an AppError again where the code is known, its data checked', async () => {
    const failing = collect(
      runJob(job, { createWorker: createWorker('fails-with-code.ts'), stop: new StopFlag() }),
    )

    await expect(failing).rejects.toMatchObject({
      name: 'AppError',
      code: 'CORRUPT_FILE',
      exitCode: 3,
      data: { file: 'a.png', reason: 'it ends too early' },
      message: expect.stringContaining('a.png is damaged') as string,
    })
  })

  test.each(['throws.ts', 'exits.ts'])('is a bug of ours when the thread dies: %s', async file => {
    const failing = collect(runJob(job, { createWorker: createWorker(file), stop: new StopFlag() }))

    await expect(failing).rejects.toMatchObject({ name: 'Error' })
    await expect(failing).rejects.not.toHaveProperty('code')
  })
})

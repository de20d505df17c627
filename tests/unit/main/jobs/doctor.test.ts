import { expect, test } from 'vitest'
import { doctor } from '../../../../src/main/jobs/doctor'
import { AppError } from '../../../../src/shared/errors'
import { eventsOf } from '../support/folders'
import { contextWith, ThresholdSegmenter } from '../support/threshold-segmenter'

test('a provider that is missing is no fault as long as the processor works', async () => {
  const context = contextWith(new ThresholdSegmenter())
  const engines = {
    ...context.engines,
    probeProviders: () =>
      Promise.resolve([
        { provider: 'cpu', works: true, reason: null },
        { provider: 'cuda', works: false, reason: 'no driver' },
      ]),
  }

  const { events, error } = await eventsOf(doctor({}, { ...context, engines }))

  expect(error).toBeNull()
  expect(events).toContainEqual({
    event: 'check',
    name: 'Engine cuda',
    status: 'warning',
    message: 'is not available: no driver. It is not needed; install a driver to use it.',
  })
  expect(events.at(-1)).toMatchObject({
    event: 'report',
    command: 'doctor',
    ok: true,
    device: 'cpu',
    threads: 1,
  })
})

test('missing weights fail it, with what to do', async () => {
  const context = contextWith(new ThresholdSegmenter())
  const openSegmenter = () => Promise.reject(new AppError('WEIGHTS_NOT_FOUND', { model: 'efficientsam-ti' }))

  const { events, error } = await eventsOf(
    doctor({}, { ...context, engines: { ...context.engines, openSegmenter } }),
  )

  const failed = events.flatMap(event =>
    event.event === 'check' && event.status === 'failed' ? [event.message] : [],
  )
  expect(failed).toEqual([expect.stringContaining('slicetune models download efficientsam-ti')])
  expect(events.at(-1)).toMatchObject({ event: 'report', ok: false })
  expect(error).toMatchObject({ code: 'CHECKS_FAILED', exitCode: 3 })
})

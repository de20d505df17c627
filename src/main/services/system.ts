import { availableParallelism, freemem } from 'node:os'
import type { Device } from '../../shared/contract/system'
import { bundledModel } from '../../shared/domain/evaluation'
import { readLicences } from '../files/licences'
import { sampleAnnotated, sampleSlices } from '../projects/sample'
import { implementer } from './implementer'
import type { ServiceContext } from './service-context'

export const systemService = implementer.system.router({
  info: implementer.system.info.handler(({ context }) => ({
    version: context.version,
    door: context.door,
    capabilities: context.capabilities,
    device: describeDevice(context),
    sample: { slices: sampleSlices, annotated: sampleAnnotated },
  })),
  measure: implementer.system.measure.handler(async ({ context }) => {
    const figures = await context.inference.measure(bundledModel)
    await context.app.keepMeasured(bundledModel, { ...figures, measuredAt: new Date().toISOString() })
    return describeDevice(context)
  }),
  settings: implementer.system.settings.handler(({ context }) => context.app.settings()),
  changeSettings: implementer.system.changeSettings.handler(async ({ input, context }) => {
    const settings = await context.app.changeSettings(input)
    context.inference.setCacheLimit(bytesOf(settings.cacheGigabytes))
    return settings
  }),
  licences: implementer.system.licences.handler(() => readLicences()),
  cache: implementer.system.cache.handler(async ({ context }) => ({
    bytes: await context.inference.cacheBytes(),
    limitBytes: bytesOf(context.app.settings().cacheGigabytes),
  })),
  clearCache: implementer.system.clearCache.handler(async ({ context }) => {
    await context.inference.clearCache()
    return { bytes: await context.inference.cacheBytes() }
  }),
  heartbeat: implementer.system.heartbeat.handler(({ signal }) => beats(signal)),
})

const bytesOf = (gigabytes: number): number => gigabytes * 1e9

/** Speed is that of the model that comes with SliceTune, which every project begins with. */
function describeDevice({ app }: ServiceContext): Device {
  const measured = app.measured(bundledModel)
  return {
    name: 'CPU',
    threads: app.settings().threads ?? availableParallelism(),
    reason: measured === null ? 'not-measured' : null,
    secondsPerSlice: measured?.secondsPerSlice ?? null,
    millisecondsPerMask: measured?.millisecondsPerMask ?? null,
    measuredAt: measured?.measuredAt ?? null,
    freeMemoryBytes: freemem(),
  }
}

const beatMs = 3000

async function* beats(signal: AbortSignal | undefined): AsyncGenerator<{ at: string }> {
  while (signal?.aborted !== true) {
    yield { at: new Date().toISOString() }
    await pause(beatMs, signal)
  }
}

/** Ends early, without an error, when nobody listens any more. */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal?.addEventListener('abort', done)
  })
}

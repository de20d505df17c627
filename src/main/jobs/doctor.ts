import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { zeros } from '../../core/tensor/tensor'
import type { CheckEvent } from '../../shared/domain/events'
import { neededNapi } from '../../shared/domain/needs'
import { AppError, isAppError } from '../../shared/errors'
import { bundledModel } from '../../shared/domain/evaluation'
import type { JobContext, JobFunction } from '../workers/contract'

const gigabyte = 1024 ** 3

/**
 * Looks at this computer and says in sentences what will be used and what to do where something is missing.
 *
 * @throws AppError CHECKS_FAILED after the last check when SliceTune cannot work here
 */
export const doctor: JobFunction<'doctor'> = async function* (_options, context) {
  const failed: string[] = []
  const report: Record<string, unknown> = {}
  for await (const { facts, ...check } of allChecks(context)) {
    yield { event: 'check', ...check }
    Object.assign(report, facts)
    if (check.status === 'failed') failed.push(check.name)
  }
  const message =
    failed.length === 0 ? 'SliceTune works on this computer.' : 'SliceTune does not work here yet.'
  yield { event: 'report', command: 'doctor', ok: failed.length === 0, ...report, message }
  if (failed.length > 0) throw new AppError('CHECKS_FAILED', { checks: failed })
}

/** A finding in words, with the same facts as keys of the report. */
type Check = Omit<CheckEvent, 'event'> & { readonly facts: Readonly<Record<string, unknown>> }

async function* allChecks(context: JobContext): AsyncGenerator<Check> {
  yield checkNode()
  yield checkProcessor(context.threads)
  yield checkMemory()
  yield await checkDisk(process.cwd())
  yield* checkProviders(context)
  yield await checkModel(context)
}

function checkNode(): Check {
  const napi = Number(process.versions['napi'])
  const fits = napi >= neededNapi
  return {
    name: 'Node',
    status: fits ? 'ok' : 'failed',
    message: fits
      ? `${process.version} on ${process.platform}-${process.arch}.`
      : `${process.version} is too old; start SliceTune by "npx slicetune", which brings its own, or install Node 22.14 or newer.`,
    facts: { node: process.version, platform: `${process.platform}-${process.arch}`, napi },
  }
}

function checkProcessor(threads: number): Check {
  const cores = availableParallelism()
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const over = threads > cores
  return {
    name: 'Processor',
    status: over ? 'warning' : 'ok',
    message: over
      ? `${model}; ${threads} threads on ${cores} cores are slower than ${cores}: leave --threads out.`
      : `${model}, ${cores} cores; ${threads} threads will be used.`,
    facts: { processor: model, cores, threads },
  }
}

function checkMemory(): Check {
  // In a container the limit of its group counts, not the machine's memory. 0 or a huge number means no limit.
  const limit = process.constrainedMemory()
  const total = limit > 0 && limit < totalmem() ? limit : totalmem()
  const free = Math.min(freemem(), process.availableMemory())
  const tight = total < 3 * gigabyte
  return {
    name: 'Memory',
    status: tight ? 'warning' : 'ok',
    message:
      `${size(free)} free of ${size(total)}.` +
      (tight ? ' That is little: close other programs, and stay with the quick preset.' : ''),
    facts: { memoryBytes: total, memoryFreeBytes: free },
  }
}

async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const tight = free < gigabyte
  return {
    name: 'Disk',
    status: tight ? 'warning' : 'ok',
    message: `${size(free)} free in ${folder}.${tight ? ' Free some space before you train: a run needs about 1 GB.' : ''}`,
    facts: { diskFreeBytes: free },
  }
}

async function* checkProviders({ engines }: JobContext): AsyncGenerator<Check> {
  const probes = await engines.probeProviders()
  const working = probes.filter(probe => probe.works).map(probe => probe.provider)
  for (const { provider, works, reason } of probes) {
    const needed = provider === 'cpu'
    yield {
      name: `Engine ${provider}`,
      status: works ? 'ok' : needed ? 'failed' : 'warning',
      message: works ? `works (${engines.runtime}).` : providerAdvice(reason ?? 'no reason given', needed),
      facts: {},
    }
  }
  yield {
    name: 'Device',
    status: working.includes('cpu') ? 'ok' : 'failed',
    message: working.includes('cpu') ? 'The processor will be used.' : 'No engine works: see above.',
    facts: { runtime: engines.runtime, providers: probes, device: 'cpu' },
  }
}

function providerAdvice(reason: string, needed: boolean): string {
  return needed
    ? `does not work: ${reason}. Set SliceTune up again (npm ci); on Windows install the Visual C++ runtime.`
    : `is not available: ${reason}. It is not needed; install a driver to use it.`
}

/** Opens the bundled weights (their checksum is verified on the way) and times the encoder on one slice. */
async function checkModel({ engines }: JobContext): Promise<Check> {
  const name = `Model ${bundledModel}`
  try {
    const { segmenter } = await engines.openSegmenter(bundledModel)
    try {
      const { resolution } = segmenter.preprocessing
      const slice = zeros('uint8', [resolution, resolution])
      await segmenter.embed(slice)
      const start = performance.now()
      await segmenter.embed(slice)
      const seconds = (performance.now() - start) / 1000
      const message = `its weights are sound; one slice takes ${seconds.toFixed(2)} s to encode at ${resolution} pixels.`
      return {
        name,
        status: 'ok',
        message,
        facts: { model: bundledModel, secondsPerSlice: seconds, resolution },
      }
    } finally {
      await segmenter.dispose()
    }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { name, status: 'failed', message: error.message, facts: { model: bundledModel } }
  }
}

function size(bytes: number): string {
  return `${(bytes / gigabyte).toFixed(1)} GB`
}

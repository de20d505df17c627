import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../../shared/errors'
import { OnnxRuntimeEngine } from '../engines/onnxruntime/engine'
import { probeProviders } from '../engines/onnxruntime/probe-providers'
import { createDemo } from '../jobs/demo'
import { doctor } from '../jobs/doctor'
import { embed } from '../jobs/embed'
import { evaluate } from '../jobs/evaluate'
import { predict } from '../jobs/predict'
import { train } from '../jobs/train'
import { openSegmenter } from '../models/open-segmenter'
import type { EngineWorkerData, Job, JobContext, JobFunction, JobName, WorkerMessage } from './contract'
import type { EngineAccess } from './engine-access'
import createGradientWorker from './gradient.worker?nodeWorker'
import { startRanks } from './start-ranks'
import { StopFlag } from './stop-flag'
import { toWire } from './wire-error'

/** The thread in which native runtimes load: it runs one job, sends what the job says, and ends by itself. */

const jobs: { readonly [N in JobName]: JobFunction<N> } = {
  train,
  evaluate,
  predict,
  embed,
  doctor,
  demo: createDemo(train),
}

function createEngineAccess(threads: number): EngineAccess {
  const openEngine = (): OnnxRuntimeEngine => new OnnxRuntimeEngine({ threads })
  return {
    runtime: openEngine().description,
    probeProviders,
    openEngine,
    startRanks: plan => startRanks(createGradientWorker, plan),
    openSegmenter: idOrPath => openSegmenter(idOrPath, openEngine),
  }
}

async function run(job: Job, context: JobContext, send: (message: WorkerMessage) => void): Promise<void> {
  try {
    // The job's name picks both the function and its options, which TypeScript cannot follow through the record.
    const start = jobs[job.name] as JobFunction<JobName>
    for await (const event of start(job.options, context)) send({ kind: 'event', event })
    send({ kind: 'ended' })
  } catch (error) {
    send({ kind: 'failed', error: toWire(error) })
  }
}

const port = parentPort
invariant(port, 'engine.worker runs in a worker thread')
// Boundary: spawn.ts is the only one to start this thread.
const { job, stop, threads } = workerData as EngineWorkerData
const context: JobContext = { stop: new StopFlag(stop), threads, engines: createEngineAccess(threads) }
await run(job, context, message => port.postMessage(message))
port.close()

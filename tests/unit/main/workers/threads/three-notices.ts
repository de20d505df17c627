import { parentPort, workerData } from 'node:worker_threads'
import type { EngineWorkerData } from '../../../../../src/main/workers/contract'

const { job } = workerData as EngineWorkerData
for (const message of [job.name, '1', '2']) {
  parentPort?.postMessage({ kind: 'event', event: { event: 'notice', message } })
}
parentPort?.postMessage({ kind: 'ended' })

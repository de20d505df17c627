import { parentPort, workerData } from 'node:worker_threads'
import type { EngineWorkerData } from '../../../../../src/main/workers/contract'

const level = new Int32Array((workerData as EngineWorkerData).stop)
const say = (message: string): void =>
  parentPort?.postMessage({ kind: 'event', event: { event: 'notice', message } })
say('working')
// No event loop turn from here on, as in a native run.
while (Atomics.load(level, 0) === 0) Atomics.wait(level, 0, 0, 5)
say(`stopped at level ${Atomics.load(level, 0)}`)
parentPort?.postMessage({ kind: 'ended' })

import { parentPort, workerData } from 'node:worker_threads'

for (const message of [workerData.job.name, '1', '2']) {
  parentPort.postMessage({ kind: 'event', event: { event: 'notice', message } })
}
parentPort.postMessage({ kind: 'ended' })

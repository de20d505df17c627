import { parentPort } from 'node:worker_threads'

parentPort?.once('message', () => {
  throw new Error('no room for 402 MB')
})

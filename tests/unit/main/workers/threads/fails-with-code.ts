import { parentPort } from 'node:worker_threads'

parentPort?.postMessage({
  kind: 'failed',
  error: {
    code: 'CORRUPT_FILE',
    data: { file: 'a.png', reason: 'it ends too early' },
    message: 'words that do not matter',
    stack: 'the stack of the worker',
  },
})

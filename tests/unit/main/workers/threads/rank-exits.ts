import { parentPort } from 'node:worker_threads'

// As a thread without memory does: no last word.
parentPort?.once('message', () => process.exit(7))

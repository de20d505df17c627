import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { CreateWorker } from '../../../../src/main/workers/spawn'

const root = join(import.meta.dirname, '../../../..')
/** The source says imports without extension, as the build wants them; a plain Node wants to be told. */
const hooks = pathToFileURL(join(import.meta.dirname, 'source-imports.ts')).href

/** Threads run from a source file of the project. */
export const threadOf =
  (file: string): CreateWorker =>
  options =>
    new Worker(join(root, file), { ...options, execArgv: ['--no-warnings', '--import', hooks] })

export const createGradientWorker = threadOf('src/main/workers/gradient.worker.ts')

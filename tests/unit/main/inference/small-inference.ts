import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createInference } from '../../../../src/main/inference/create-inference'
import type { Inference, SliceSource } from '../../../../src/main/inference/inference'
import type { CreateWorker } from '../../../../src/main/workers/spawn'
import { folderWith, pngWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'
import { smallCheckpoints } from '../support/small-checkpoints'

export const realThread = threadOf('src/main/workers/inference.worker.ts')

/** Holds `models/small.pth`, a model that takes no time, and the slices a.png, b.png and c.png. */
export function smallFolder(): string {
  return folderWith({
    'models/small.pth': smallCheckpoints['efficient-sam'](),
    'a.png': pngWith(60, 40, [200, 10, 10, 30, 25]),
    'b.png': pngWith(60, 40, [150, 20, 5, 40, 30]),
    'c.png': pngWith(60, 40, [90, 5, 5, 50, 12]),
  })
}

interface Limits {
  readonly createWorker?: CreateWorker
  readonly cacheLimitBytes?: number
  readonly memoryBytes?: number
}

/** The real thread on such a folder; embeddings go to its `cache`. */
export function inferenceOn(folder: string, limits: Limits = {}): Inference {
  const inference = createInference({
    createWorker: realThread,
    folders: { bundled: join(import.meta.dirname, '../../../../weights'), user: join(folder, 'models') },
    cacheFolder: join(folder, 'cache'),
    threads: 1,
    ...limits,
  })
  onTestFinished(() => inference.dispose())
  return inference
}

export function sliceIn(folder: string, name: string): SliceSource {
  return { imageFile: join(folder, name), sliceIndex: null, axis: null, window: null }
}

import { readFileSync } from 'node:fs'
import { readTrainingCheckpoint } from '../../src/core/checkpoint'
import { decodeBytes } from '../../src/main/codecs'
import { isAppError } from '../../src/shared/errors'
import { mutated } from './mutate'

/** What a process that reads damaged files is told, and what it answers. */
export interface FuzzCase {
  readonly path: string
  readonly seed: number
}

export interface FuzzAnswer {
  /** A fault is anything but a picture or a sentence. */
  readonly outcome: 'read' | 'refused' | 'fault'
  readonly message: string
  /** The most that the process ever held */
  readonly peakMegabytes: number
}

const isCheckpoint = (path: string): boolean => /\.(pth?|pkl|safetensors)$/.test(path)

async function read({ path, seed }: FuzzCase): Promise<Omit<FuzzAnswer, 'peakMegabytes'>> {
  const bytes = mutated(readFileSync(path), seed)
  try {
    if (isCheckpoint(path)) readTrainingCheckpoint(bytes, path)
    else await decodeBytes(bytes, path, (['image', 'labels', 'stored'] as const)[seed % 3] ?? 'image')
    return { outcome: 'read', message: '' }
  } catch (error) {
    if (isAppError(error) && error.code !== 'INTERNAL') return { outcome: 'refused', message: error.message }
    return {
      outcome: 'fault',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}

process.on('message', (fuzzCase: FuzzCase) => {
  void read(fuzzCase).then(answer => {
    const peakMegabytes = process.resourceUsage().maxRSS / 1024
    process.send?.({ ...answer, peakMegabytes } satisfies FuzzAnswer)
  })
})

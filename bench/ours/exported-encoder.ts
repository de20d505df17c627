import { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Measurement } from '../measurement'
import { picture } from './inputs'
import type { Run } from './jobs'

/** The encoder as torch exports it, under the runtime and with the settings that our own graphs have. */
export async function prepareExported(file: string, { resolution, threads }: Measurement): Promise<Run> {
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  })
  const { data, shape } = picture(0, resolution)
  return async () => {
    const { image_embeddings: embedding } = await session.run({
      batched_images: new Tensor('float32', data, shape),
    })
    if (!(embedding?.data instanceof Float32Array)) throw new Error(`${file} gives no embedding`)
    return embedding.data.reduce((sum, value) => sum + Math.abs(value), 0) / embedding.data.length
  }
}

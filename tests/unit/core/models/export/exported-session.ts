import * as ort from 'onnxruntime-node'
import { afterAll } from 'vitest'
import type { Tensor } from '../../../../../src/core/tensor/tensor'

const sessions = new Map<Uint8Array, Promise<ort.InferenceSession>>()
afterAll(async () => {
  for (const session of sessions.values()) await (await session).release()
  sessions.clear()
})

function sessionOf(bytes: Uint8Array): Promise<ort.InferenceSession> {
  const known = sessions.get(bytes)
  if (known) return known
  const created = ort.InferenceSession.create(bytes, { intraOpNumThreads: 2, logSeverityLevel: 3 })
  sessions.set(bytes, created)
  return created
}

/** Runs an exported file as another program would: by the names of its inputs and outputs alone. */
export async function runExported(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, ort.Tensor>>,
): Promise<Record<string, ort.Tensor>> {
  return (await sessionOf(bytes)).run(feeds)
}

/** [height, width, 3] bytes as [1, 3, height, width] of value / 255, as labelme gives a picture. */
export function batchedImages({ shape, data }: Tensor<'uint8'>): ort.Tensor {
  const [height = 0, width = 0] = shape
  const pixels = height * width
  const planes = new Float32Array(3 * pixels)
  data.forEach((value, at) => (planes[(at % 3) * pixels + Math.floor(at / 3)] = value / 255))
  return new ort.Tensor('float32', planes, [1, 3, height, width])
}

export interface Query {
  readonly points: readonly (readonly [number, number])[]
  readonly labels: readonly number[]
}

/** Queries with equally many points. */
export function promptFeeds(queries: readonly Query[]) {
  const count = queries[0]?.labels.length ?? 0
  const points = Float32Array.from(queries.flatMap(({ points: p }) => p.flat()))
  const labels = Float32Array.from(queries.flatMap(({ labels: l }) => l))
  return {
    batched_point_coords: new ort.Tensor('float32', points, [1, queries.length, count, 2]),
    batched_point_labels: new ort.Tensor('float32', labels, [1, queries.length, count]),
  }
}

export function floatsOf(tensor: ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('not an array of floats')
  return tensor.data
}

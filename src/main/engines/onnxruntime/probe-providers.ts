import { env, InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
import type { ProviderProbe } from '../../workers/engine-access'

/** ModelProto, IR 8, opset 17: y = x + x for 4 float32 values. The least that shows that a provider computes. */
const doubling = Buffer.from(
  'CAg6OQoOCgF4CgF4EgF5IgNBZGQSBXByb2JlWg8KAXgSCgoICAESBAoCCARiDwoBeRIKCggIARIECgIIBEIECgAQEQ==',
  'base64',
)

/**
 * Tries each provider that this build of the runtime names, alone: one that is missing makes the creation of a
 * session throw even with `cpu` listed after it, so that asking for a list at once would tell nothing.
 */
export async function probeProviders(): Promise<ProviderProbe[]> {
  // A provider that is missing is an answer here, not a fault to log.
  env.logLevel = 'fatal'
  const probes: ProviderProbe[] = []
  for (const { name } of listSupportedBackends()) probes.push(await probe(name))
  return probes
}

async function probe(provider: string): Promise<ProviderProbe> {
  try {
    const session = await InferenceSession.create(doubling, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    })
    const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) })
    await session.release()
    const right = [2, 4, 6, 8].every((value, index) => y?.data[index] === value)
    return { provider, works: right, reason: right ? null : 'it computed wrong numbers' }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    return { provider, works: false, reason: firstLine(words) }
  }
}

/** Without the path of the runtime's own source file, which says nothing to a user. */
function firstLine(words: string): string {
  const line = words.split('\n')[0] ?? words
  return line.replace(/^\/\S+:\d+ .*? was false\. /, '').trim()
}

import { EfficientSamSegmenter } from '../../../../src/core/models/efficient-sam/segmenter'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { openEfficientSam } from '../../../../src/main/models/open-efficient-sam'
import type { JobContext } from '../../../../src/main/workers/contract'
import { StopFlag } from '../../../../src/main/workers/stop-flag'

/** A context for jobs run in the test's own thread, on the real engine; what it opens, its job disposes of. */
export function engineContext(stop = new StopFlag()): JobContext {
  // One thread: the other one of a small machine runs another test file.
  const openEngine = () => new OnnxRuntimeEngine({ threads: 1 })
  return {
    stop,
    threads: 1,
    engines: {
      runtime: openEngine().description,
      probeProviders: () => Promise.resolve([]),
      openEngine,
      async openSegmenter(idOrPath) {
        const { model, notes, split } = await openEfficientSam(idOrPath)
        return { segmenter: new EfficientSamSegmenter(openEngine(), model), notes, split }
      },
    },
  }
}

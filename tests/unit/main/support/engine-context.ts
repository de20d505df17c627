import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { openSegmenter } from '../../../../src/main/models/open-segmenter'
import type { JobContext } from '../../../../src/main/workers/contract'
import { startRanks } from '../../../../src/main/workers/start-ranks'
import { createGradientWorker } from './gradient-threads'
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
      startRanks: plan => startRanks(createGradientWorker, plan),
      openSegmenter: idOrPath => openSegmenter(idOrPath, openEngine),
    },
  }
}

import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../../shared/errors'
import { OnnxRuntimeEngine } from '../engines/onnxruntime/engine'
import { InferenceDesk } from '../inference/inference-desk'
import { serveInference } from '../inference/serve-inference'
import type { InferenceWorkerData } from './inference-contract'

/** The thread in which models stay open, to answer whoever draws; it lives as long as the backend. */

const port = parentPort
invariant(port, 'inference.worker runs in a worker thread')
// Boundary: create-inference.ts is the only one to start this thread.
const { threads, ...options } = workerData as InferenceWorkerData
const desk = new InferenceDesk({ ...options, openEngine: () => new OnnxRuntimeEngine({ threads }) })
serveInference(port, desk)

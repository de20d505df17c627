import { parentPort, workerData } from 'node:worker_threads'
import { createFamily } from '../../core/models/families'
import { Parameters } from '../../core/training/parameters'
import { TrainableModel } from '../../core/training/trainable-model'
import { invariant } from '../../shared/errors'
import { OnnxRuntimeEngine } from '../engines/onnxruntime/engine'
import type { GradientWorkerData } from './gradient-contract'
import { serveRank } from './serve-rank'

/** A thread that computes gradients of its share of each batch, on weights that the job's thread moves. */

const port = parentPort
invariant(port, 'gradient.worker runs in a worker thread')
// Boundary: start-ranks.ts is the only one to start this thread.
const { model, shapes, weights, gradients, options, threads } = workerData as GradientWorkerData
const engine = new OnnxRuntimeEngine({ threads })
const parameters = new Parameters(shapes, weights)
const { family } = createFamily(engine, { ...model, parameters })
const rank = new TrainableModel(engine, family, parameters, {
  ...options,
  gradients: new Parameters(shapes, gradients),
})
serveRank(port, rank, () => engine.dispose())

import { parentPort } from 'node:worker_threads'
import { invariant } from '../../shared/errors'
import { createDraw } from '../blobs/draw-task'
import type { DrawingReply, DrawingRequest } from './drawing-contract'
import { toWire } from './wire-error'

/** The thread that draws thumbnails; it knows no engine and no project. */

const port = parentPort
invariant(port, 'drawing.worker runs in a worker thread')
const draw = createDraw()
port.on('message', ({ id, task }: DrawingRequest) => {
  void draw(task)
    .then((png): DrawingReply => ({ id, png }))
    .catch((error: unknown): DrawingReply => ({ id, error: toWire(error) }))
    .then(reply => port.postMessage(reply))
})

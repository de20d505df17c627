import { parentPort } from 'node:worker_threads'
import type { RankReply, RankRequest } from '../../../../../src/main/workers/gradient-contract'
import { toWire } from '../../../../../src/main/workers/wire-error'
import { AppError } from '../../../../../src/shared/errors'

/** Fails with an error that has a code at every second request. */
let requests = 0
parentPort?.on('message', (request: RankRequest) => {
  if (request.kind === 'end') {
    parentPort?.close()
    return
  }
  requests++
  const reply: RankReply =
    requests % 2 === 0
      ? { kind: 'failed', error: toWire(new AppError('DISK_FULL', { file: 'a.pth' })) }
      : { kind: 'gradients', losses: { total: requests, dice: 0, crossEntropy: 0, iou: 0 } }
  parentPort?.postMessage(reply)
})

import type { MessagePort } from 'node:worker_threads'
import type { Rank } from '../../core/training/rank'
import type { RankReply, RankRequest } from './gradient-contract'
import { toWire } from './wire-error'

/**
 * Answers what a lead asks of a rank, until it is told to end; then nothing keeps the thread any more.
 *
 * @param dispose - called before that
 */
export function serveRank(port: MessagePort, rank: Rank, dispose: () => Promise<void>): void {
  let last = Promise.resolve()
  port.on('message', (request: RankRequest) => {
    last = last.then(async () => {
      if (request.kind === 'end') {
        await dispose()
        port.close()
        return
      }
      port.postMessage(await answer(rank, request))
    })
  })
}

async function answer(rank: Rank, request: Exclude<RankRequest, { kind: 'end' }>): Promise<RankReply> {
  try {
    const { kind, samples } = request
    if (kind === 'jointIous') return { kind, ious: await rank.jointIous(samples) }
    return { kind, losses: await rank.computeGradients(samples, request.whole) }
  } catch (error) {
    return { kind: 'failed', error: toWire(error) }
  }
}

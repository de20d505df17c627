import type { MessagePort } from 'node:worker_threads'
import type { FromInference, ToInference } from '../workers/inference-contract'
import { toWire } from '../workers/wire-error'
import type { InferenceDesk } from './inference-desk'

/**
 * Answers requests as they come, those that came together side by side, until it is told to end; then nothing keeps the
 * thread any more.
 */
export function serveInference(port: MessagePort, desk: InferenceDesk): void {
  const underWay = new Set<Promise<void>>()
  port.on('message', (message: ToInference) => {
    if ('kind' in message) {
      void Promise.all(underWay)
        .then(() => desk.dispose())
        .finally(() => port.close())
      return
    }
    const { id, request } = message
    const answered = desk
      .answer(request)
      .then(
        (answer): FromInference => ({ id, kind: 'answer', answer }),
        (error: unknown): FromInference => ({ id, kind: 'failed', error: toWire(error) }),
      )
      .then(reply => port.postMessage(reply))
      .finally(() => underWay.delete(answered))
    underWay.add(answered)
  })
}

import type { StopFlag } from '../../workers/stop-flag'

export interface StopListener {
  /** Whether the user asked to stop at least once */
  readonly interrupted: boolean
  close(): void
}

/**
 * Ctrl+C (and SIGTERM) raises the stop flag instead of ending the process: the job finishes what it must,
 * saves and reports. A second one stops at the next safe point.
 */
export function listenForStop(stop: StopFlag, say: (text: string) => void): StopListener {
  let signals = 0
  const onSignal = (): void => {
    signals++
    stop.request()
    if (signals === 1) say('Stopping after this step; press Ctrl+C again to stop at the next safe point.')
    if (signals === 2) say('Stopping at the next safe point.')
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    get interrupted() {
      return signals > 0
    },
    close: () => {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

import type { ChildProcess } from 'node:child_process'
import { random } from '../../src/core/random'
import type { FuzzAnswer, FuzzCase } from './reader'

export interface FuzzOptions {
  /** Files that copies are damaged of */
  readonly files: readonly string[]
  readonly count: number
  readonly seed: number
  /** A process that runs `reader.ts` and has a channel for messages */
  readonly start: () => ChildProcess
  readonly secondsEach?: number
  readonly megabytesEach?: number
  readonly onProgress?: (done: number) => void
}

export interface FuzzFault extends FuzzCase {
  readonly what: string
}

export interface FuzzReport {
  readonly read: number
  readonly refused: number
  readonly faults: readonly FuzzFault[]
  readonly slowestMs: number
  readonly peakMegabytes: number
}

/** A process is replaced after so many files, so that one that leaks a little is not taken for one that asks for all. */
const filesEach = 500

/** Reads damaged copies one after another in a process of their own; what crashes, hangs or takes too much is a fault. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { files, count, seed, start, secondsEach = 5, megabytesEach = 1024, onProgress } = options
  const draw = random(seed, 'fuzz-files')
  const faults: FuzzFault[] = []
  const tally = { read: 0, refused: 0 }
  let [slowestMs, peakMegabytes] = [0, 0]
  let child: ChildProcess | null = null
  for (let index = 0; index < count; index++) {
    const fuzzCase = { path: draw.choice(files), seed: draw.integer(0, 2 ** 31) }
    if (index % filesEach === 0) {
      child?.kill('SIGKILL')
      child = null
    }
    child ??= start()
    const began = performance.now()
    const answer = await ask(child, fuzzCase, secondsEach)
    slowestMs = Math.max(slowestMs, performance.now() - began)
    if (typeof answer === 'string' || answer.peakMegabytes > megabytesEach || answer.outcome === 'fault') {
      faults.push({ ...fuzzCase, what: faultOf(answer) })
      child.kill('SIGKILL')
      child = null
    } else {
      tally[answer.outcome]++
      peakMegabytes = Math.max(peakMegabytes, answer.peakMegabytes)
    }
    onProgress?.(index + 1)
  }
  child?.kill('SIGKILL')
  return { ...tally, faults, slowestMs, peakMegabytes }
}

function faultOf(answer: FuzzAnswer | string): string {
  if (typeof answer === 'string') return answer
  return answer.outcome === 'fault' ? answer.message : `it held ${Math.round(answer.peakMegabytes)} MB`
}

/** @returns a sentence where the process gave none */
function ask(child: ChildProcess, fuzzCase: FuzzCase, seconds: number): Promise<FuzzAnswer | string> {
  return new Promise(resolve => {
    const end = (answer: FuzzAnswer | string): void => {
      clearTimeout(timer)
      child.removeAllListeners('message')
      child.removeAllListeners('exit')
      resolve(answer)
    }
    const timer = setTimeout(() => {
      end(`it took more than ${seconds} s`)
    }, seconds * 1000)
    child.once('message', message => {
      // The other end is our own reader.
      end(message as FuzzAnswer)
    })
    child.once('exit', (code, signal) => {
      end(`the process ended with ${signal ?? code}`)
    })
    child.send(fuzzCase)
  })
}

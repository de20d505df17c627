/** A fresh process that measures one thing and prints one line of JSON: `node ours.mjs '{"job": "step", ...}'`. */
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import type { Measured } from '../measurement'
import { Measurement } from '../measurement'
import { prepareExported } from './exported-encoder'
import { prepare } from './jobs'

const Words = Measurement.extend({
  /** Run this exported encoder instead of our own */
  exported: z.string().optional(),
})

/** Null where the system does not tell. */
function peakMb(): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) / 1024
  } catch {
    return null
  }
}

const { exported, ...measurement } = Words.parse(JSON.parse(process.argv[2] ?? '{}'))
const engine = new OnnxRuntimeEngine({ threads: measurement.threads })
const endings: (() => Promise<unknown>)[] = [() => engine.dispose()]
const atEnd = (task: () => Promise<unknown>): void => void endings.unshift(task)
const run =
  exported === undefined
    ? prepare({ engine, atEnd }, measurement)
    : await prepareExported(exported, measurement)
const check = await run() // warms up
const seconds: number[] = []
for (let timed = 0; timed < measurement.runs; timed++) {
  const start = performance.now()
  await run()
  seconds.push((performance.now() - start) / 1000)
}
const measured: Measured = { seconds, peakMb: peakMb(), check }
process.stdout.write(`${JSON.stringify(measured)}\n`)
for (const end of endings) await end()

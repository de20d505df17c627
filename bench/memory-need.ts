import { readFileSync } from 'node:fs'
import type { Measurement } from './measurement'
import type { Column } from './report'

const sizes = {
  ti: { dim: 192, heads: 3, depth: 12 },
  s: { dim: 384, heads: 6, depth: 12 },
  nano: { dim: 64, heads: 2, depth: 3 },
  pico: { dim: 16, heads: 2, depth: 1 },
} as const satisfies Record<Measurement['model'], object>

const mb = 1e6
/** PyTorch with weights, gradients and moments of a small network */
const floorMb = 700
/** Activations that autograd keeps of a block besides attention, in units of tokens times width; fitted to measured peaks. */
const keptWidths = 22

/**
 * What a PyTorch process is expected to take, from its shapes; agrees within a fifth with peaks measured for Ti and S at
 * 1024. Ours takes far less, so it is always tried.
 *
 * @returns MB
 */
export function neededMb(column: Column, { model, resolution, job, batch }: Measurement): number {
  if (column === 'ours' || column === 'torchOnnx' || job === 'decoder' || job === 'quick-epoch')
    return floorMb
  const { dim, heads, depth } = sizes[model]
  const tokens = (resolution / 16) ** 2
  const scores = column === 'torchReference' ? heads * tokens * tokens * 4 : 0
  const kept = job === 'step' ? depth * (scores + tokens * dim * 4 * keptWidths) : 0
  return floorMb + (batch * (kept + 3 * scores)) / mb
}

/** What a new process can have without pushing anything out; null where the system does not tell. */
export function freeMb(): number | null {
  try {
    const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]
    return kilobytes === undefined ? null : (Number(kilobytes) * 1024) / mb
  } catch {
    return null
  }
}

/** Why a measurement should not even start; null where it should. */
export function memoryReason(column: Column, measurement: Measurement, free: number | null): string | null {
  const needed = neededMb(column, measurement)
  if (free === null || needed <= free) return null
  const gb = (value: number): string => (value / 1000).toFixed(0)
  return `needs about ${gb(needed)} GB of memory, and ${gb(free)} GB are free`
}

import { describe, expect, it } from 'vitest'
import type { Engines, Measure } from '../../../bench/measure-row'
import { measureRow } from '../../../bench/measure-row'
import type { Measurement } from '../../../bench/measurement'
import { neededMb } from '../../../bench/memory-need'
import { selectRows } from '../../../bench/rows'

function measurementOf(name: string): Measurement {
  const [row] = selectRows([name])
  if (row?.kind !== 'measured') throw new Error(`${name} is measured`)
  return row.measurement
}

/** An engine that gives these seconds, one process after another, and notes its turn. */
function scripted(name: string, seconds: readonly number[], turns: string[] = [], check = 1): Measure {
  let next = 0
  return () => {
    turns.push(name)
    return Promise.resolve({ seconds: [seconds[next++] ?? NaN], peakMb: 100 * next, check })
  }
}

function world(free: number | null = null) {
  const said: string[] = []
  const { signal } = new AbortController()
  return { said, repetitions: 3, freeMb: () => free, say: (line: string) => void said.push(line), signal }
}

const absent = { reason: 'left out' }
const step = measurementOf('ti-512-step-b1')
const encoder = measurementOf('ti-512-encoder')

describe('a measured row', () => {
  it('has the median over fresh processes, which take turns', async () => {
    const turns: string[] = []
    const engines: Engines = {
      ours: scripted('ours', [3, 1, 2], turns),
      torchSdpa: scripted('sdpa', [4, 4, 5], turns),
      torchReference: scripted('reference', [9, 8, 7], turns),
      torchOnnx: scripted('onnx', [6, 6, 6], turns),
    }

    const row = await measureRow('ti-512-encoder', encoder, engines, world())

    expect(row).toEqual({
      name: 'ti-512-encoder',
      ...{ ours: 2, torchSdpa: 4, torchReference: 8, torchOnnx: 6 },
      ...{ oursMb: 200, torchSdpaMb: 200, torchReferenceMb: 200, torchOnnxMb: 200 },
      spread: { ours: [1, 3], torchSdpa: [4, 5], torchReference: [7, 9], torchOnnx: [6, 6] },
      reasons: {},
    })
    const round = ['ours', 'sdpa', 'reference', 'onnx']
    expect(turns).toEqual([...round, ...round, ...round])
  })

  it('has the exported graph for the encoder only', async () => {
    const engine = scripted('any', [1, 1, 1])
    const engines = { ours: engine, torchSdpa: absent, torchReference: absent, torchOnnx: absent }

    expect(await measureRow('ti-512-step-b1', step, engines, world())).not.toHaveProperty('torchOnnx')
  })

  it('keeps the other engines where one fails, and does not ask that one again', async () => {
    let asked = 0
    const failing: Measure = () => {
      asked++
      return Promise.reject(new Error('out of luck'))
    }
    const engines = {
      ours: scripted('ours', [1, 1, 1]),
      torchSdpa: failing,
      torchReference: absent,
      torchOnnx: absent,
    }

    const row = await measureRow('ti-512-step-b1', step, engines, world())

    expect(row).toMatchObject({ ours: 1, torchSdpa: null, torchSdpaMb: null, torchReference: null })
    expect(row.reasons).toEqual({ torchSdpa: 'out of luck', torchReference: 'left out' })
    expect(asked).toBe(1)
  })

  it('does not start what would not fit into memory', async () => {
    const turns: string[] = []
    const engines = {
      ours: scripted('ours', [1, 1, 1], turns),
      torchSdpa: scripted('sdpa', [1, 1, 1], turns),
      torchReference: scripted('reference', [1, 1, 1], turns),
      torchOnnx: absent,
    }

    const row = await measureRow('s-1024-step-b4', measurementOf('s-1024-step-b4'), engines, world(20_000))

    expect(turns).not.toContain('reference')
    expect(row.torchReference).toBeNull()
    expect(row.reasons.torchReference).toMatch(/^needs about \d+ GB of memory, and 20 GB are free$/)
  })

  it('refuses the figure of an engine that computed something else', async () => {
    const engines = {
      ours: scripted('ours', [1, 1, 1], [], 2.0),
      torchSdpa: scripted('sdpa', [1, 1, 1], [], 2.0001),
      torchReference: scripted('reference', [1, 1, 1], [], NaN),
      torchOnnx: absent,
    }

    const row = await measureRow('ti-512-step-b1', step, engines, world())

    expect(row).toMatchObject({ ours: 1, torchSdpa: 1, torchReference: null })
    expect(row.reasons.torchReference).toBe('computed NaN, not 2 as ours')
  })

  it('is given up when the user stops the bench', async () => {
    const stop = new AbortController()
    const stopped: Measure = () => {
      stop.abort(new Error('interrupted'))
      return Promise.reject(new Error('killed'))
    }
    const engines = { ours: stopped, torchSdpa: absent, torchReference: absent, torchOnnx: absent }

    const row = measureRow('ti-512-step-b1', step, engines, { ...world(), signal: stop.signal })

    await expect(row).rejects.toThrow('interrupted')
  })
})

describe('the memory that PyTorch is expected to need', () => {
  // peaks of PyTorch 2.7.1 on two cores, MB
  it.each([
    ['torchReference', 'ti-1024-step-b1', 5100],
    ['torchReference', 's-1024-step-b1', 7900],
    ['torchSdpa', 'ti-1024-step-b1', 1600],
  ] as const)('agrees with the measured peak of %s in %s to a quarter', (column, name, peak) => {
    const ratio = neededMb(column, measurementOf(name)) / peak

    expect(ratio).toBeGreaterThan(0.75)
    expect(ratio).toBeLessThan(1.25)
  })
})

import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Engines, Measure } from './measure-row'
import { Measured } from './measurement'
import type { Python } from './python'
import { runProcess } from './run-process'

interface World {
  /** The checkout */
  readonly root: string
  /** Folder of the compiled bench, for what it makes on the way too */
  readonly out: string
  readonly signal: AbortSignal
}

/** Each measurement is a fresh process: its peak memory then is its own, and nothing is warm. */
export function createEngines(
  python: Python | { readonly reason: string },
  { root, out, signal }: World,
): Engines {
  const ours =
    (extra: object): Measure =>
    async measurement => {
      const words = JSON.stringify({ ...measurement, ...extra })
      return lastLine(await runProcess(process.execPath, [join(out, 'ours.mjs'), words], { signal }))
    }
  if ('reason' in python)
    return { ours: ours({}), torchSdpa: python, torchReference: python, torchOnnx: python }

  const script = (name: string): string => join(root, 'bench', 'torch', name)
  const runPython = (threads: number, args: readonly string[]): Promise<string> => {
    const most = String(threads)
    const environment = { OMP_NUM_THREADS: most, MKL_NUM_THREADS: most, PYTHONDONTWRITEBYTECODE: '1' }
    return runProcess(python.program, args, { signal, environment })
  }
  const torch =
    (attention: 'sdpa' | 'reference'): Measure =>
    async measurement => {
      const words = JSON.stringify({ ...measurement, attention })
      return lastLine(await runPython(measurement.threads, [script('measure.py'), words]))
    }
  const exported: Measure = async measurement => {
    const { model, resolution, threads } = measurement
    const file = join(out, 'exported', `${model}-${resolution}.onnx`)
    if (!existsSync(file)) {
      mkdirSync(join(out, 'exported'), { recursive: true })
      await runPython(threads, [script('export_encoder.py'), model, String(resolution), `${file}.part`])
      renameSync(`${file}.part`, file) // half a file is never taken for one
    }
    return ours({ exported: file })(measurement)
  }
  return {
    ours: ours({}),
    torchSdpa: torch('sdpa'),
    torchReference: torch('reference'),
    torchOnnx: exported,
  }
}

function lastLine(printed: string): Measured {
  return Measured.parse(JSON.parse(printed.trimEnd().split('\n').at(-1) ?? ''))
}

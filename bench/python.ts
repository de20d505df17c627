import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runProcess } from './run-process'

export interface Python {
  readonly program: string
  readonly torchVersion: string
}

interface World {
  /** The checkout */
  readonly root: string
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

const needed = ['torch==2.7.1', 'numpy', 'onnx']

/**
 * A Python with PyTorch: that of SLICETUNE_PYTHON, else one in .tools/bench-venv, made when it is missing.
 *
 * @returns the Python, or why there is none
 */
export async function findPython(world: World): Promise<Python | { readonly reason: string }> {
  const given = process.env['SLICETUNE_PYTHON']
  const program = given ?? ownPython(world.root)
  try {
    if (given === undefined && (await torchVersion(program, world)) === null) await install(world)
  } catch (error) {
    world.signal.throwIfAborted()
    const why = error instanceof Error ? error.message : String(error)
    return { reason: `PyTorch could not be installed into .tools/bench-venv: ${why}` }
  }
  const version = await torchVersion(program, world)
  if (version === null)
    return { reason: `${program} has no torch and numpy (SLICETUNE_PYTHON names a Python)` }
  return { program, torchVersion: version }
}

function ownPython(root: string): string {
  const venv = join(root, '.tools', 'bench-venv')
  return process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')
}

async function torchVersion(program: string, { signal }: World): Promise<string | null> {
  try {
    const script = 'import numpy, torch; print(torch.__version__)'
    return (await runProcess(program, ['-c', script], { signal })).trim()
  } catch {
    signal.throwIfAborted()
    return null
  }
}

async function install({ root, say, signal }: World): Promise<void> {
  const program = ownPython(root)
  if (!existsSync(program)) {
    say('Making a Python environment in .tools/bench-venv, for comparing with PyTorch.')
    const python = process.platform === 'win32' ? 'python' : 'python3'
    await runProcess(python, ['-m', 'venv', join(root, '.tools', 'bench-venv')], { signal })
  }
  say(`Installing ${needed.join(', ')} into it; that can take minutes.`)
  await runProcess(program, ['-m', 'pip', 'install', '--disable-pip-version-check', ...needed], { signal })
}

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const startMs = 30_000
const stopMs = 60_000

export interface AppServer {
  readonly port: number
  readonly origin: string
  /** Opens the page once: the newest that was printed */
  address(): string
  /** The user's folder of this server: projects, settings, caches */
  readonly home: string
  readonly pid: number
  /** Everything that it wrote, stderr too */
  output(): string
  /** As Ctrl+C would; resolves with the exit code when the process has ended, and throws where it does not end. */
  stop(): Promise<number | null>
  /** As a power cut would. */
  kill(): Promise<void>
}

export interface AppServerOptions {
  /** Kept afterwards where it is given; else a new one that is removed at the end */
  readonly home?: string
  readonly root?: string
  /** Default: a free one */
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the built browser door as its own process, as `npm run serve` does. */
export async function startAppServer(options: AppServerOptions = {}): Promise<AppServer> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'slicetune-home-'))
  const args = [
    join(root, 'out/main/server.js'),
    '--no-open',
    '--root',
    options.root ?? root,
    '--port',
    String(options.port ?? 0),
  ]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SLICETUNE_HOME: home, ...options.env },
  })
  let output = ''
  const addresses = (): string[] => output.match(/http:\S+\?token=\S+(?=\n)/g) ?? []
  const exited = new Promise<number | null>(resolve => child.on('close', resolve))
  const first = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The server did not start: ${output}`)), startMs)
    const hear = (text: string): void => {
      output += text
      const address = addresses()[0]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    void exited.then(code => reject(new Error(`The server ended with ${code}: ${output}`)))
  })
  const { origin, port } = new URL(await first)
  const removeHome = (): void => {
    if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  return {
    port: Number(port),
    origin,
    address: () => addresses().at(-1) ?? '',
    home,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async () => {
      child.kill('SIGINT')
      const code = await inTime(exited, () => child.kill('SIGKILL'))
      removeHome()
      return code
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
      removeHome()
    },
  }
}

async function inTime(exited: Promise<number | null>, giveUp: () => void): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      giveUp()
      reject(new Error(`The server did not end within ${stopMs / 1000} s of Ctrl+C`))
    }, stopMs)
  })
  try {
    return await Promise.race([exited, late])
  } finally {
    clearTimeout(timer)
  }
}

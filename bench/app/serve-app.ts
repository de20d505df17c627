import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/shared/contract'

export interface ServedApp {
  /** Opens the page once, signed in */
  readonly address: string
  /** Its calls, as a second tab would make them */
  readonly api: ContractRouterClient<Contract>
  /** The most memory that the backend has held so far */
  peakBytes(): number
  stop(): Promise<void>
}

const startMs = 60_000

/**
 * The built browser door as a process of its own, with a user's folder of its own.
 *
 * @param root - the checkout, built
 */
export async function serveApp(root: string, home: string): Promise<ServedApp> {
  const args = [join(root, 'out/main/server.js'), '--no-open', '--port', '0', '--root', home]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SLICETUNE_HOME: home },
  })
  const exited = new Promise<void>(resolve => child.on('close', () => resolve()))
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  /** An address opens one session; when it is used the next one is printed. */
  const addressAt = async (place: number): Promise<string> => {
    for (const start = Date.now(); Date.now() - start < startMs && child.exitCode === null;) {
      const address = (output.match(/http:\S+\?token=\S+(?=\n)/g) ?? [])[place]
      if (address !== undefined) return address
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    child.kill('SIGKILL')
    throw new Error(`The browser door did not start; it is built by "npm run build". ${output}`)
  }
  const { api, close } = await connect(await addressAt(0))
  const stop = async (): Promise<void> => {
    close()
    child.kill('SIGINT')
    await exited
  }
  return { address: await addressAt(1), api, peakBytes: () => peakOf(child.pid), stop }
}

/** Linux says it; NaN elsewhere. */
function peakOf(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return 1024 * Number(kilobytes ?? NaN)
  } catch {
    return NaN // no such place on other systems
  }
}

async function connect(address: string): Promise<{ api: ServedApp['api']; close: () => void }> {
  const answer = await fetch(address, { redirect: 'manual' })
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const { host, origin } = new URL(address)
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin } })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  // `ws` has the listeners, `send` and states that the link uses of a browser's socket.
  const link = new RPCLink({ websocket: socket })
  return { api: createORPCClient(link), close: () => socket.close() }
}

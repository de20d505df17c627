import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { createRouterClient } from '@orpc/server'
import { WebSocket } from 'ws'
import { createBackend, type Backend } from '../../src/main/backend'
import { openHttpDoor } from '../../src/main/doors/http/open-door'
import { createConnections } from '../../src/main/doors/serve-connection'
import type { Contract } from '../../src/shared/contract'
import { threadOf } from '../unit/main/support/gradient-threads'

export type Client = ContractRouterClient<Contract>

export interface OpenDoor {
  readonly client: Client
  readonly backend: Backend
  /** The user's folder, which no other door has */
  readonly home: string
  close(): Promise<void>
}

interface Way {
  readonly client: Client
  readonly close: () => Promise<void>
}

const inProcess = ({ router, context }: Backend): Promise<Way> =>
  Promise.resolve({ client: createRouterClient(router, { context }), close: () => Promise.resolve() })

function overPort(backend: Backend): Promise<Way> {
  const { port1, port2 } = new MessageChannel()
  createConnections(backend)({
    send: message => port1.postMessage(message),
    onMessage: listener => void port1.on('message', listener),
    onClose: listener => void port1.on('close', listener),
    refuse: () => port1.close(),
  })
  return Promise.resolve({ client: clientOfPort(port2), close: () => Promise.resolve(port2.close()) })
}

function clientOfPort(port: MessagePort): Client {
  const client: Client = createORPCClient(new PortLink({ port }))
  port.start()
  return client
}

async function overSocket(backend: Backend): Promise<Way> {
  let address = ''
  const door = await openHttpDoor({
    backend,
    port: 0,
    page: join(import.meta.dirname, '../../src/renderer'),
    onAddress: url => (address ||= url),
  })
  const { origin, host } = new URL(address)
  const signedIn = await fetch(address, { redirect: 'manual' })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const socket = new WebSocket(`ws://${host}/rpc`, { headers: { cookie, origin } })
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  const link = new SocketLink({ websocket: socket })
  return {
    client: createORPCClient(link),
    close: () => {
      socket.close()
      return door.close()
    },
  }
}

/** The three ways that a call can come, by what they are called in the tests. */
export const ways = { 'in-process': inProcess, MessagePort: overPort, WebSocket: overSocket } as const

/** A backend with a home of its own behind one of the ways. */
export async function openDoor(way: keyof typeof ways): Promise<OpenDoor> {
  const home = mkdtempSync(join(tmpdir(), 'slicetune-contract-'))
  const backend = await createBackend({
    door: 'browser',
    capabilities: { dialogs: false, reveal: false, folderBrowser: true, droppedPaths: false },
    root: home,
    createEngineWorker: threadOf('src/main/workers/engine.worker.ts'),
    createInferenceWorker: threadOf('src/main/workers/inference.worker.ts'),
    createDrawingWorker: threadOf('src/main/workers/drawing.worker.ts'),
    home,
  })
  const { client, close } = await ways[way](backend)
  return {
    client,
    backend,
    home,
    close: async () => {
      await close()
      await backend.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

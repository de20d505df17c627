import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/shared/contract'
import type { AppServer } from './app-server'
import { ask } from './security/raw-request'
import { cookieOf, tokenOf } from './security/signed-in'

export interface AppClient {
  readonly api: ContractRouterClient<Contract>
  close(): void
}

/** Calls a running browser door as its page would, without a page. */
export async function connectApp(server: AppServer): Promise<AppClient> {
  const cookie = cookieOf(await ask(server.port, { path: `/?token=${tokenOf(server)}` }))
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
    headers: { cookie, origin: server.origin },
  })
  socket.on('error', () => undefined) // a killed server; the calls in flight fail by themselves
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('close', code => reject(new Error(`The socket was refused: ${code}`)))
  })
  // `ws` has the listeners, `send` and states that the link uses of a browser's socket.
  const link = new RPCLink({ websocket: socket })
  return { api: createORPCClient(link), close: () => socket.close() }
}

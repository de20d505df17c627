import { WebSocket } from 'ws'
import type { SignedIn } from './signed-in'

type Visitor = Pick<SignedIn, 'server' | 'cookie'>

/** Makes one call of the contract as our page does. */
export async function callOverSocket(visit: Visitor, path: string, input?: unknown): Promise<unknown> {
  const socket = await openSocket(visit)
  const answer = new Promise<string>((resolve, reject) => {
    socket.on('message', data => resolve(Buffer.isBuffer(data) ? data.toString() : ''))
    socket.on('close', code => reject(new Error(`closed by ${code}`)))
  })
  socket.send(JSON.stringify({ i: '1', p: { u: path, b: { json: input } } }))
  const { p } = JSON.parse(await answer) as { p: { s?: number; b?: { json?: unknown } } }
  socket.close()
  if ((p.s ?? 200) !== 200) throw new Error(JSON.stringify(p))
  return p.b?.json
}

export function openSocket({ server, cookie }: Visitor): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, {
    headers: { cookie, origin: server.origin },
  })
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket))
    socket.on('error', reject)
  })
}

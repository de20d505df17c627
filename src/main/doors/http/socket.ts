import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { log } from '../../log'
import type { Connection, ServeConnection } from '../serve-connection'
import { claimsOf, foreignness, type OwnAddress } from './own-address'
import type { Sessions } from './sessions'

/** Masks are run lengths, so that even an edit of many large ones stays far below. */
export const largestMessageBytes = 64 * 1024 ** 2

/** A browser whose computer slept keeps a dead socket open; it is noticed by a ping that stays without answer. */
const pingMs = 20_000

export interface Sockets {
  close(): void
}

interface SocketOptions {
  readonly own: OwnAddress
  readonly sessions: Sessions
  readonly serve: ServeConnection
}

/** Upgrades `/rpc` to a WebSocket for our own page in a browser that was let in; every other upgrade is refused. */
export function serveSockets(server: Server, { own, sessions, serve }: SocketOptions): Sockets {
  const upgrader = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    const status = refusalOf(request, own, sessions)
    if (status !== null)
      return socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    upgrader.handleUpgrade(request, socket, head, websocket => serve(connectionOf(websocket)))
  })
  const timer = setInterval(() => upgrader.clients.forEach(pingOrDrop), pingMs)
  timer.unref()
  return {
    close: () => {
      clearInterval(timer)
      for (const client of upgrader.clients) client.close(1001, 'SliceTune is closing')
      upgrader.close()
    },
  }
}

function refusalOf(request: IncomingMessage, own: OwnAddress, sessions: Sessions): string | null {
  const header = (name: string): string | null => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : null
  }
  if (foreignness(claimsOf(header), own, true) !== null) return '403 Forbidden'
  if (!sessions.isKnown(header('cookie'))) return '401 Unauthorized'
  return request.url === '/rpc' ? null : '404 Not Found'
}

function connectionOf(socket: WebSocket): Connection {
  socket.on('error', (error: Error & { code?: string }) => {
    // Too large or not a WebSocket frame: the library has closed the socket already.
    log.warn({ code: error.code }, 'A socket failed')
  })
  return {
    send: message => socket.send(message),
    onMessage: listener =>
      socket.on('message', (data: RawData, isBinary: boolean) => {
        listener(isBinary ? null : textOf(data))
      }),
    onClose: listener => socket.on('close', listener),
    refuse: () => socket.close(1008, 'malformed'),
  }
}

/** With the default `binaryType` the library hands over one Buffer. */
const textOf = (data: RawData): string | null => (Buffer.isBuffer(data) ? data.toString('utf8') : null)

const unanswered = new WeakSet<WebSocket>()

function pingOrDrop(socket: WebSocket): void {
  if (unanswered.has(socket)) return socket.terminate()
  unanswered.add(socket)
  socket.once('pong', () => unanswered.delete(socket))
  socket.ping()
}

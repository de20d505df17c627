import { RPCHandler } from '@orpc/server/ws'
import type { Backend } from '../backend'
import { log } from '../log'

/** A socket or a port: what it receives is text, or it is not for us. */
export interface Connection {
  send(message: string): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
  /** Ends it after something that our page never sends. */
  refuse(): void
}

/** Answers calls on connections, for as long as each lasts; its streams end with it. */
export type ServeConnection = (connection: Connection) => void

export function createConnections({ router, context }: Pick<Backend, 'router' | 'context'>): ServeConnection {
  const handler = new RPCHandler(router)
  return connection => void handler.upgrade(asSocket(connection), { context })
}

type Socket = Parameters<RPCHandler<object>['upgrade']>[0]

/** The part of a WebSocket that the handler uses; only well-formed messages get that far. */
function asSocket(connection: Connection): Socket {
  const on = (type: string, listener: (event: { data: unknown }) => void): void => {
    if (type === 'close') connection.onClose(() => listener({ data: null }))
    if (type !== 'message') return
    connection.onMessage(data => {
      if (isWellFormed(data)) return listener({ data })
      log.warn('A malformed message ended its connection')
      connection.refuse()
    })
  }
  // A boundary: the library names the whole socket but uses these two.
  return {
    send: (message: unknown) => connection.send(asText(message)),
    addEventListener: on,
  } as unknown as Socket
}

function asText(message: unknown): string {
  if (typeof message === 'string') return message
  throw new Error('Bytes are served as blobs, not by calls.')
}

/**
 * A call (`u`: its path), a part of a stream, or an end, each with the number of its call. What is inside is checked by the
 * schemas of the contract.
 */
function isWellFormed(data: unknown): boolean {
  if (typeof data !== 'string') return false
  const message = parsed(data)
  if (!isRecord(message) || typeof message['i'] !== 'string') return false
  const { t: type, p: payload } = message
  if (type === ends) return true
  if (!isRecord(payload)) return false
  return type === undefined
    ? typeof payload['u'] === 'string' && payload['u'].startsWith('/') && isHeaders(payload['h'])
    : type === partOfStream
}

const partOfStream = 3
const ends = 4

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isHeaders = (value: unknown): boolean =>
  value === undefined || (isRecord(value) && Object.values(value).every(entry => typeof entry === 'string'))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // no message: the caller refuses it
  }
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Backend } from '../../backend'
import { createConnections } from '../serve-connection'
import { createStaticFiles } from '../static-files'
import { createHttpApp } from './app'
import { ownAddress } from './own-address'
import { Sessions } from './sessions'
import { serveSockets } from './socket'
import { largestUploadBytes } from './upload'

export interface HttpDoorOptions {
  readonly backend: Backend
  /** 0: a free one */
  readonly port: number
  /** Folder of the built page */
  readonly page: string
  /** Called with the address that opens the page: first at once, then anew whenever the last one was used */
  readonly onAddress: (url: string) => void
  readonly uploadLimitBytes?: number
}

export interface HttpDoor {
  readonly port: number
  close(): Promise<void>
}

/** Opens the browser door: this computer only, our own page only, and only for whoever has the token. */
export async function openHttpDoor(options: HttpDoorOptions): Promise<HttpDoor> {
  const { backend, onAddress } = options
  // The port is part of what is checked, so it has to be known first.
  const server = createServer({ requestTimeout: 0 })
  const port = await listen(server, options.port)
  const own = ownAddress(port)
  const sessions = new Sessions(port)
  const tell = (): void => onAddress(`http://127.0.0.1:${port}/?token=${sessions.token}`)
  const app = createHttpApp({
    backend,
    own,
    sessions,
    serveStatic: createStaticFiles(options.page),
    uploadLimitBytes: options.uploadLimitBytes ?? largestUploadBytes,
    onSignedIn: tell,
  })
  const answer = getRequestListener(request => app.fetch(request), { overrideGlobalObjects: false })
  server.on('request', (request, response) => void answer(request, response))
  const sockets = serveSockets(server, { own, sessions, serve: createConnections(backend) })
  tell()
  return {
    port,
    close: () => {
      sockets.close()
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port // listening on TCP, so not a pipe's name
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Serves a large file a little at a time, to whoever asks. */
export async function slowServer(): Promise<{
  readonly url: string
  readonly open: () => number
  readonly close: () => Promise<void>
}> {
  let open = 0
  const server: Server = createServer((_, response) => {
    open++
    response.writeHead(200, { 'content-length': '10000000' })
    const timer = setInterval(() => response.write(new Uint8Array(1000)), 10)
    response.on('close', () => {
      clearInterval(timer)
      open--
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    open: () => open,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

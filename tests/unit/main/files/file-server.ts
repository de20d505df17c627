import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on this machine that gives each request the next of the prepared answers, and notes what was asked. */
export async function startFileServer(...answers: Answer[]) {
  const asked: { path: string; range: string | undefined }[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', range: request.headers.range })
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${port}`, asked, stop }
}

/** An honest server: the file, or the part that was asked for. */
export const serve =
  (contents: Uint8Array): Answer =>
  (request, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (from >= contents.length) return void response.writeHead(416).end()
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': contents.length - from }
    const range = { 'Content-Range': `bytes ${from}-${contents.length - 1}/${contents.length}` }
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...range } : headers)
    response.end(contents.subarray(from))
  }

/** Announces the whole file, sends the first bytes, and breaks the connection. */
export const breakAfter =
  (contents: Uint8Array, bytes: number): Answer =>
  (_, response) => {
    response.writeHead(200, { 'Content-Length': contents.length })
    response.write(contents.subarray(0, bytes), () => setTimeout(() => response.destroy(), 50))
  }

export const answerWith =
  (status: number, body: string | Uint8Array, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

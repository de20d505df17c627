import { connect } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly text: string
}

/** Sends bytes as they are: clients would mend a path with `..`, and refuse a foreign Host. */
export function sendRaw(port: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`))
    let text = ''
    socket.setEncoding('utf8').on('data', (part: string) => (text += part))
    socket.setTimeout(5000, () => socket.destroy())
    socket.on('error', reject)
    socket.on('close', () => {
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text })
    })
  })
}

export interface RawRequest {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A request as our own page would send it, but for what is given. An empty header is left out. */
export function ask(
  port: number,
  { method = 'GET', path = '/', headers = {}, body = '' }: RawRequest,
): Promise<RawAnswer> {
  const all: Record<string, string> = { host: `127.0.0.1:${port}`, connection: 'close', ...headers }
  if (body !== '') all['content-length'] = String(Buffer.byteLength(body))
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return sendRaw(port, [`${method} ${path} HTTP/1.1`, ...lines], body)
}

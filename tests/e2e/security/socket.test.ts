import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { sendRaw } from './raw-request'
import { useSignedIn } from './signed-in'

const visit = useSignedIn()
const { isAlive } = visit

describe('the socket', () => {
  const open = (headers: Readonly<Record<string, string>>, path = '/rpc'): Promise<string> =>
    new Promise(resolve => {
      const socket = new WebSocket(`ws://127.0.0.1:${visit.server.port}${path}`, {
        headers: { cookie: visit.cookie, origin: visit.server.origin, ...headers },
      })
      socket.on('open', () => {
        socket.close()
        resolve('open')
      })
      socket.on('error', error => resolve(error.message))
    })

  test('opens for our own page', async () => {
    expect(await open({})).toBe('open')
    expect(
      await open({ host: `localhost:${visit.server.port}`, origin: `http://localhost:${visit.server.port}` }),
    ).toBe('open')
  })

  test.each([
    ['no cookie', { cookie: '' }, '401'],
    ['a wrong cookie', { cookie: 'slicetune-1=x' }, '401'],
    ['a foreign Origin', { origin: 'http://evil.example' }, '403'],
    ['an opaque Origin', { origin: 'null' }, '403'],
    ['a foreign Host', { host: 'evil.example' }, '403'],
    ['another site', { 'sec-fetch-site': 'same-site' }, '403'],
  ])('refuses %s', async (_name, headers, status) => {
    expect(await open(headers)).toContain(status)
  })

  test('refuses an upgrade without an Origin, and any other address', async () => {
    const upgrade = ['GET /rpc HTTP/1.1', `host: 127.0.0.1:${visit.server.port}`, `cookie: ${visit.cookie}`]
    const rest = ['connection: upgrade', 'upgrade: websocket', 'sec-websocket-version: 13']
    const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='

    expect((await sendRaw(visit.server.port, [...upgrade, ...rest, key])).status).toBe(403)
    expect(await open({}, '/')).toContain('404')
    expect(await open({}, '/rpc/../rpc')).toBe('open') // the client mends the path: it is /rpc that is asked for
  })

  test.each([
    ['bytes', Buffer.from([1, 2, 3, 255, 0])],
    ['no JSON', 'drop table projects'],
    ['nothing', ''],
    ['half a message', '{"i":"1","p":{"u":"/projects/rec'],
    ['a list', '[1,2,3]'],
    ['null', 'null'],
    ['a number', '7'],
    ['a message without a call', '{"i":"1"}'],
    ['a call whose path is a number', '{"i":"1","p":{"u":7}}'],
    ['a call of another server', '{"i":"1","p":{"u":"http://evil.example/x"}}'],
    ['an unknown kind of message', '{"i":"1","t":9,"p":{}}'],
    ['headers that are none', '{"i":"1","p":{"u":"/projects/recent","h":[1]}}'],
  ])('is closed by %s, and the server lives on', async (_name, message) => {
    expect(await codeAfter(message)).toBe(1008)
    expect(await isAlive()).toBe(true)
  })

  test('is closed by a message that is too large, before it is kept', async () => {
    expect(await codeAfter('x'.repeat(65 * 1024 ** 2))).toBe(1009)
    expect(await isAlive()).toBe(true)
  })

  test('is closed by bytes that are no frames', async () => {
    const socket = await opened()
    const closed = new Promise(resolve => socket.on('close', resolve))
    // The library offers no way to send these.
    const { _socket: raw } = socket as unknown as { _socket: { write(bytes: Buffer): void } }
    raw.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x00, 0x00]))

    await closed
    expect(await isAlive()).toBe(true)
  })

  test.each([
    ['a call that there is not', '/nothing/here', {}],
    ['the prototype', '/__proto__/constructor', {}],
    ['a path outside', '/../../etc/passwd', {}],
    ['input of another shape', '/projects/get', { json: { project: { $ne: null } } }],
    ['input that is a list', '/projects/get', { json: [[[[[]]]]] }],
    ['a type that lies', '/projects/get', { json: { project: 'x' }, meta: [[99, '__proto__', 'polluted']] }],
    ['a path into the prototype', '/projects/get', { json: {}, meta: [[1, '__proto__', 'toString']] }],
    ['a map of the prototype', '/projects/get', { json: { a: 1 }, maps: [['__proto__', 'x']], meta: [] }],
  ])('answers %s by an error, and the server lives on', async (_name, path, input) => {
    const socket = await opened()
    const answer = new Promise<string>((resolve, reject) => {
      socket.on('message', data => resolve(Buffer.isBuffer(data) ? data.toString() : ''))
      socket.on('close', code => reject(new Error(`closed by ${code}`)))
    })
    socket.send(JSON.stringify({ i: '1', p: { u: path, b: input } }))

    const { p } = JSON.parse(await answer) as { p: { s?: number; b?: unknown } }
    socket.close()
    expect(p.s).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(p)).not.toMatch(/node_modules|at .*\.js:\d/)
    expect(await isAlive()).toBe(true)
  })

  function opened(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${visit.server.port}/rpc`, {
      headers: { cookie: visit.cookie, origin: visit.server.origin },
    })
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(socket))
      socket.on('error', reject)
    })
  }

  async function codeAfter(message: string | Buffer): Promise<number> {
    const socket = await opened()
    const closed = new Promise<number>(resolve => socket.on('close', resolve))
    socket.on('error', () => undefined) // it is the close that is looked at
    socket.send(message)
    return closed
  }
})

import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, sendRaw } from './raw-request'
import { cookieOf, tokenOf, useSignedIn } from './signed-in'

const visit = useSignedIn()
const { asked, isAlive } = visit

describe('who is let in', () => {
  test('a token becomes a cookie that scripts cannot read and other sites cannot send, and leaves the address', async () => {
    const answer = await ask(visit.server.port, { path: `/?token=${tokenOf(visit.server)}` })

    expect(answer.status).toBe(303)
    expect(answer.text).toMatch(/location: \/\r\n/i)
    expect(answer.text).toMatch(
      /set-cookie: slicetune-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/\r\n/i,
    )
  })

  test('a click in a terminal that is a page of another site also signs in', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' }

    const answer = await ask(visit.server.port, { path: `/?token=${tokenOf(visit.server)}`, headers })

    expect(answer.text).toMatch(/set-cookie: /i)
    expect(answer.text).toContain('http-equiv="refresh"')
  })

  test('a used token lets nobody else in, and whoever used it is sent to the page', async () => {
    const token = tokenOf(visit.server)
    const first = await ask(visit.server.port, { path: `/?token=${token}` })
    const own = cookieOf(first)

    expect((await ask(visit.server.port, { path: `/?token=${token}` })).status).toBe(401)
    expect(
      (await ask(visit.server.port, { path: `/?token=${token}`, headers: { cookie: own } })).status,
    ).toBe(303)
  })

  test('reloading and a second tab work with the cookie', async () => {
    for (const path of ['/', '/index.html', '/'] as const) expect((await asked({ path })).status).toBe(200)
  })

  test.each(['', 'wrong', 'a'.repeat(43), '%00', 'ä'])('the token "%s" gets nothing', async token => {
    const answer = await ask(visit.server.port, { path: `/?token=${encodeURIComponent(token)}` })

    expect(answer.status).toBe(401)
    expect(answer.text).not.toMatch(/set-cookie/i)
  })

  test.each(['/', '/index.html', '/assets/index.js', '/blob/pixels/a/1', '/nothing'])(
    '%s without a cookie is answered by a page that says how to open it',
    async path => {
      const answer = await ask(visit.server.port, { path })

      expect(answer.status).toBe(401)
      expect(answer.text).toContain('Open the whole address that SliceTune printed')
      expect(answer.text).not.toContain('id="app"')
    },
  )

  test.each(['slicetune=x', 'slicetune-1=x', 'COOKIE_OF_OURS', 'slicetune-PORT=', 'slicetune-PORT=x'])(
    'the cookie "%s" is no cookie',
    async pattern => {
      const forged = pattern
        .replace('PORT', String(visit.server.port))
        .replace('COOKIE_OF_OURS', visit.cookie.slice(0, -1))

      expect((await ask(visit.server.port, { headers: { cookie: forged } })).status).toBe(401)
    },
  )
})

describe('what is refused although the cookie is right', () => {
  test.each([
    'example.org',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '127.0.0.1:PORT.evil.example',
    '[::1]:PORT',
    '0.0.0.0:PORT',
  ])('the Host %s', async host => {
    const answer = await asked({ headers: { host: host.replace('PORT', String(visit.server.port)) } })

    expect([400, 403]).toContain(answer.status)
    expect(answer.text).not.toContain('id="app"')
  })

  test('a request without a Host, or with two', async () => {
    const without = await sendRaw(visit.server.port, [
      'GET / HTTP/1.1',
      `cookie: ${visit.cookie}`,
      'connection: close',
    ])
    const own = `host: 127.0.0.1:${visit.server.port}`
    const twice = await sendRaw(visit.server.port, [
      ...['GET / HTTP/1.1', own, 'host: evil.example', `cookie: ${visit.cookie}`, 'connection: close'],
    ])

    expect([without.status, twice.status].every(status => status === 400 || status === 403)).toBe(true)
  })

  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'https://127.0.0.1:PORT',
    'http://localhost',
  ])('the Origin %s, to read and to post', async pattern => {
    const origin = pattern.replace('PORT', String(visit.server.port))
    for (const method of ['GET', 'POST'])
      expect((await asked({ method, path: '/upload/x', headers: { origin }, body: 'x' })).status).toBe(403)
  })

  test('a post without an Origin', async () => {
    expect((await asked({ method: 'POST', path: '/upload/x?name=a.png&batch=b', body: 'x' })).status).toBe(
      403,
    )
  })

  test.each(['cross-site', 'same-site'])('a picture or a frame asked for %s', async site => {
    expect((await asked({ path: '/blob/pixels/a/1', headers: { 'sec-fetch-site': site } })).status).toBe(403)
  })

  test.each(['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT'])('the method %s', async method => {
    expect([400, 403, 404, 405, 0]).toContain((await asked({ method })).status)
  })
})

describe('what lies outside the page', () => {
  let secret: string
  beforeAll(() => {
    secret = mkdtempSync(join(tmpdir(), 'slicetune-secret-'))
    writeFileSync(join(secret, 'secret.json'), '"TOP SECRET"')
    mkdirSync('out/renderer/assets', { recursive: true })
    symlinkSync(join(secret, 'secret.json'), 'out/renderer/assets/leads-out.json')
  })
  afterAll(() => {
    rmSync('out/renderer/assets/leads-out.json', { force: true })
    rmSync(secret, { recursive: true, force: true })
  })

  test.each([
    '/../package.json',
    '/../../package.json',
    '/assets/../../../package.json',
    '/%2e%2e/package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fpackage.json',
    '/%252e%252e/%252e%252e/package.json',
    '/..\\package.json',
    '/..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '/assets\\..\\..\\..\\package.json',
    '//etc/passwd',
    '/etc/passwd',
    '///etc/passwd',
    'file:///etc/passwd',
    '/C:/Windows/win.ini',
    '/C:%5cWindows%5cwin.ini',
    '/index.html%00.js',
    '/./../package.json',
    '/assets/leads-out.json',
    '/.git/config',
    '/assets/',
    '/assets',
    '/%',
    '/%ff%fe',
    `/${'a'.repeat(300)}`,
  ])('%s gets nothing', async path => {
    const answer = await asked({ path })

    expect(answer.status).not.toBe(200)
    expect(answer.text).not.toMatch(/"name": "slicetune"|root:x|TOP SECRET|\[core\]/)
    expect(await isAlive()).toBe(true)
  })

  test.each([
    '/blob/pixels/../../etc/passwd',
    '/blob/pixels/a/%2e%2e%2f%2e%2e',
    '/blob/secrets/a/1',
    '/blob/pixels/a',
    '/blob/pixels/a/1/2',
    '/blob/pixels/unknown/1',
  ])('the blob %s gets nothing', async path => {
    expect((await asked({ path })).status).toBe(404)
  })
})

test('every answer, refusals too, says what a page may do', async () => {
  const answers = [
    await asked(),
    await ask(visit.server.port, {}),
    await asked({ path: '/nothing' }),
    await asked({ headers: { host: 'evil.example' } }),
  ]

  for (const { text } of answers) {
    expect(text).toMatch(
      /content-security-policy: default-src 'none'; script-src 'self';[^\r]*frame-ancestors 'none'/i,
    )
    expect(text).not.toMatch(/unsafe-|\*/)
    expect(text).toMatch(/x-content-type-options: nosniff/i)
    expect(text).toMatch(/referrer-policy: no-referrer/i)
    expect(text).not.toMatch(/access-control-allow|x-powered-by/i)
  }
})

test('nothing of all this is in the folder of the user, and no secret is in the log', () => {
  expect(readdirSync(visit.server.home).filter(name => name.includes('passwd'))).toEqual([])
  expect(visit.server.output()).not.toContain(visit.cookie.split('=')[1])
})

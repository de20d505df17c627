import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import { startAppServer, type AppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'

const size = { width: 1280, height: 800 }
const locale = 'en-GB'

async function withServer(use: (server: AppServer, context: BrowserContext) => Promise<void>): Promise<void> {
  const server = await startAppServer()
  try {
    await withBrowser({ size, locale }, context => use(server, context))
  } finally {
    await server.stop()
  }
}

async function opened(
  context: BrowserContext,
  address: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  await page.goto(address)
  await expect.poll(() => page.getByRole('main').count(), { timeout: 15_000 }).toBe(1)
  return { page, complaints }
}

test('the printed address opens the page, which then reloads and opens in a second tab without it', async () => {
  await withServer(async (server, context) => {
    const requests: string[] = []
    context.on('request', request => requests.push(request.url()))
    const first = await opened(context, server.address())

    expect(new URL(first.page.url()).search).toBe('')
    await first.page.reload()
    await expect.poll(() => first.page.getByRole('main').count()).toBe(1)
    const second = await opened(context, server.origin)

    expect([...first.complaints, ...second.complaints]).toEqual([])
    const outside = requests.filter(url => !url.startsWith(server.origin) && !/^(data|blob):/.test(url))
    expect(outside).toEqual([])
  })
})

/** What a page of another site can try from the browser in which SliceTune is open. */
function attack(target: string): Promise<Record<string, string>> {
  const outcome = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'got something',
      () => 'got nothing',
    )
  const read = async (init: RequestInit): Promise<void> => {
    const answer = await fetch(target, init)
    if (answer.type === 'opaque' || (await answer.text()) === '') throw new Error('nothing to see')
  }
  const element = (tag: 'img' | 'script', path: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const made = document.createElement(tag)
      made.onload = () => resolve()
      made.onerror = () => reject(new Error('refused'))
      made.src = target + path
      document.body.append(made)
    })
  const socket = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const made = new WebSocket(`${target.replace('http', 'ws')}/rpc`)
      made.onopen = () => resolve()
      made.onerror = () => reject(new Error('refused'))
    })
  const framed = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const made = document.createElement('iframe')
      made.onload = () => {
        // A refused frame shows the browser's error page, which is of no origin that has frames to be counted.
        setTimeout(() => (made.contentWindow?.length === 0 ? reject(new Error('refused')) : resolve()), 300)
      }
      made.src = target
      document.body.append(made)
    })
  return (async () => ({
    reading: await outcome(read({ credentials: 'include' })),
    blindReading: await outcome(read({ mode: 'no-cors', credentials: 'include' })),
    posting: await outcome(read({ method: 'POST', credentials: 'include', body: 'x' })),
    picture: await outcome(element('img', '/blob/pixels/a/1')),
    script: await outcome(element('script', '/index.html')),
    socket: await outcome(socket()),
    frame: await outcome(framed()),
  }))()
}

test('another site, also one on another port of this computer, gets nothing through the same browser', async () => {
  const foreign = createServer((_request, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>evil</title><body></body>')
  })
  await new Promise<void>(resolve => foreign.listen(0, '127.0.0.1', resolve))
  const { port } = foreign.address() as AddressInfo // listening on TCP, so not a pipe's name
  try {
    await withServer(async (server, context) => {
      await opened(context, server.address())
      for (const host of ['127.0.0.1', 'localhost']) {
        const evil = await context.newPage()
        await evil.goto(`http://${host}:${port}/`)

        for (const target of [server.origin, server.origin.replace('127.0.0.1', 'localhost')]) {
          const outcomes = await evil.evaluate(attack, target)
          expect(new Set(Object.values(outcomes)), JSON.stringify(outcomes)).toEqual(new Set(['got nothing']))
        }
      }
      expect(server.output()).not.toMatch(/Error/)
    })
  } finally {
    foreign.close()
  }
})

test('a page that loses its socket under its first calls opens another by itself, makes them again, and goes on', async () => {
  await withServer(async (server, context) => {
    const sockets: WebSocketRoute[] = []
    await context.routeWebSocket(/\/rpc$/, route => {
      const behind = route.connectToServer()
      if (sockets.length === 0) behind.onMessage(() => undefined) // the first calls are never answered
      sockets.push(route)
    })
    const { page } = await opened(context, server.address())
    await expect.poll(() => sockets.length).toBe(1)

    await sockets[0]?.close({ code: 1011, reason: 'the cable was pulled' })

    await expect.poll(() => sockets.length).toBe(2)
    await expect.poll(() => page.getByRole('alert').count()).toBe(0)
    await expect.poll(() => page.locator('main').innerText()).toMatch(/cores|thread/)
  })
})

test('a page whose server was started anew says which address to open', async () => {
  const server = await startAppServer()
  await withBrowser({ size, locale }, async context => {
    const { page } = await opened(context, server.address())
    await server.kill()

    const next = await startAppServer({ port: server.port })
    try {
      await expect
        .poll(() => page.getByText('Open the address that it printed').count(), { timeout: 20_000 })
        .toBe(1)
      await opened(context, next.address())
    } finally {
      await next.stop()
    }
  })
})

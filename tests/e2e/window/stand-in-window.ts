import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page, Route } from 'playwright-core'
import { StandInPort } from './stand-in-ports'
import { preloadScript } from './stand-in-preload'

export interface WindowOptions {
  readonly width: number
  readonly height: number
  readonly webPreferences: {
    readonly preload: string
    readonly sandbox: boolean
    readonly contextIsolation: boolean
  }
}

/** What windows share: main's ears, and who serves the page. */
export interface StandInWorld {
  readonly context: BrowserContext
  readonly ipcMain: StandInIpcMain
  readonly protocols: Map<string, (request: Request) => Promise<Response>>
  /** Of files that a test drops, by their names */
  readonly droppedPaths: Readonly<Record<string, string>>
}

type Handler = (event: unknown, ...args: unknown[]) => unknown

export class StandInIpcMain extends EventEmitter {
  readonly handlers = new Map<string, Handler>()

  handle(channel: string, handler: Handler): void {
    this.handlers.set(channel, handler)
  }
}

export class StandInContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | null = null
  readonly #page: () => Page | null

  constructor(page: () => Page | null) {
    super()
    this.#page = page
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }

  send(channel: string, ...args: unknown[]): void {
    void this.#page()
      ?.evaluate(([to, given]) => window.standIn?.heard(to, given), [channel, args] as const)
      .catch(() => undefined) // a page that is going away hears nothing
  }
}

/** Chromium has no scheme of ours; behind this origin it is served by the handler that main gave for it. */
const origins = { 'slicetune://app': 'https://app.slicetune.test' } as const

export const toPageUrl = (url: string): string =>
  Object.entries(origins).reduce((text, [from, to]) => text.replace(from, to), url)
const toAppUrl = (url: string): string =>
  Object.entries(origins).reduce((text, [to, from]) => text.replace(from, to), url)

export class StandInWindow extends EventEmitter {
  readonly options: WindowOptions
  readonly webContents = new StandInContents(() => this.page)
  page: Page | null = null
  shown = false
  focused = 0
  readonly #world: StandInWorld
  #ports = new Map<number, StandInPort>()

  constructor(world: StandInWorld, options: WindowOptions) {
    super()
    this.#world = world
    this.options = options
  }

  async loadURL(url: string): Promise<void> {
    const page = await this.#world.context.newPage()
    this.page = page
    await page.setViewportSize({ width: this.options.width, height: this.options.height })
    await page.route(toPageUrl(`${new URL(url).protocol}//app/**`), route => this.#serve(route))
    await page.exposeFunction('standInToMain', (kind: string, ...args: unknown[]) => this.#hear(kind, args))
    const preload = readFileSync(this.options.webPreferences.preload, 'utf8')
    await page.addInitScript({ content: preloadScript(preload, this.#world.droppedPaths) })
    const end = (): void => this.#endPorts()
    page.on('framenavigated', end).on('close', end)
    await page.goto(toPageUrl(url))
    this.emit('ready-to-show')
  }

  show(): void {
    this.shown = true
  }

  isMinimized(): boolean {
    return true
  }

  restore(): void {
    this.shown = true
  }

  focus(): void {
    this.focused++
  }

  async #serve(route: Route): Promise<void> {
    const request = route.request()
    const url = toAppUrl(request.url())
    const handler = this.#world.protocols.get(new URL(url).protocol.slice(0, -1))
    const response = await handler?.(new Request(url, { method: request.method() }))
    if (response === undefined) return route.abort()
    const body = Buffer.from(await response.arrayBuffer())
    const headers = Object.fromEntries(response.headers)
    await route.fulfill({ status: response.status, headers, body }).catch(() => undefined) // the page has gone
  }

  #hear(kind: string, args: unknown[]): unknown {
    const [first, ...rest] = args
    if (kind === 'port') return this.#ports.get(Number(first))?.received(rest[0])
    if (kind === 'close-port') return this.#ports.get(Number(first))?.ended()
    const event = {
      sender: this.webContents,
      senderFrame: { url: toAppUrl(this.page?.url() ?? '') },
      ports: kind === 'post' ? [this.#port(Number(rest[1]))] : [],
    }
    if (kind !== 'invoke') return this.#world.ipcMain.emit(String(first), event, ...rest) && null
    const handler = this.#world.ipcMain.handlers.get(String(first))
    if (handler === undefined) throw new Error(`No handler registered for '${String(first)}'`)
    return handler(event, ...rest)
  }

  #port(number: number): StandInPort {
    const tell = (kind: 'data' | 'close', data: unknown): void => {
      void this.page
        ?.evaluate(([to, what, given]) => window.standIn?.port(to, what, given), [
          number,
          kind,
          data,
        ] as const)
        .catch(() => undefined) // the page has gone
    }
    const port = new StandInPort(
      data => tell('data', data),
      () => tell('close', null),
    )
    this.#ports.set(number, port)
    return port
  }

  #endPorts(): void {
    for (const port of this.#ports.values()) port.ended()
    this.#ports = new Map()
  }
}

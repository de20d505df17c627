import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'

/**
 * The module `electron`, played by a Chromium page: our built main, preload and page files run unchanged. What it
 * cannot show: the sandbox, context isolation, menus, native dialogs.
 */
export interface ElectronStandIn {
  readonly app: EventEmitter & { quit(): void; whenReady(): Promise<void> }
  readonly windows: readonly StandInWindow[]
  readonly quits: () => number
  /** Runs the built main file as Electron would. */
  start(mainFile: string): Promise<void>
  stop(): void
}

interface WindowOptions {
  readonly width: number
  readonly height: number
  readonly webPreferences: {
    readonly preload: string
    readonly sandbox: boolean
    readonly contextIsolation: boolean
  }
}

type Answer = (allowed: boolean) => void

/** What our code hands to Electron and the test asks back. */
export class StandInSession {
  permissionRequest: ((contents: unknown, permission: string, answer: Answer) => void) | null = null
  permissionCheck: (() => boolean) | null = null
  devicePermission: (() => boolean) | null = null

  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: Answer) => void,
  ): void {
    this.permissionRequest = handler
  }

  setPermissionCheckHandler(handler: () => boolean): void {
    this.permissionCheck = handler
  }

  setDevicePermissionHandler(handler: () => boolean): void {
    this.devicePermission = handler
  }
}

export class StandInContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | null = null

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler
  }
}

export class StandInWindow extends EventEmitter {
  readonly options: WindowOptions
  readonly webContents = new StandInContents()
  page: Page | null = null
  shown = false
  readonly #context: BrowserContext

  constructor(context: BrowserContext, options: WindowOptions) {
    super()
    this.#context = context
    this.options = options
  }

  async loadFile(file: string): Promise<void> {
    const page = await this.#context.newPage()
    this.page = page
    await page.setViewportSize({ width: this.options.width, height: this.options.height })
    await page.addInitScript({
      content: asPreload(readFileSync(this.options.webPreferences.preload, 'utf8')),
    })
    await page.goto(pathToFileURL(file).href)
    this.emit('ready-to-show')
  }

  show(): void {
    this.shown = true
  }
}

/** A sandboxed preload is CommonJS with `require('electron')` alone. */
const asPreload = (code: string): string => `(() => {
  const electron = { contextBridge: { exposeInMainWorld: (name, api) => { window[name] = structuredClone(api) } } }
  const require = name => { if (name === 'electron') return electron; throw new Error('a sandboxed preload may not require ' + name) }
  ${code}
})()`

const key = Symbol.for('slicetune.electron-stand-in')

export function standInForElectron(context: BrowserContext, session: StandInSession): ElectronStandIn {
  const windows: StandInWindow[] = []
  let quits = 0
  const app = Object.assign(new EventEmitter(), {
    quit: () => {
      quits++
    },
    whenReady: () => Promise.resolve(),
  })
  class BrowserWindow extends StandInWindow {
    constructor(options: WindowOptions) {
      super(context, options)
      windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }

    static getAllWindows(): StandInWindow[] {
      return windows
    }
  }
  Object.assign(globalThis, { [key]: { app, BrowserWindow, session: { defaultSession: session } } })
  const source = `const m = globalThis[Symbol.for('slicetune.electron-stand-in')]
    export const app = m.app, BrowserWindow = m.BrowserWindow, session = m.session`
  const hooks = registerHooks({
    resolve: (specifier, from, next) =>
      specifier === 'electron'
        ? { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
        : next(specifier, from),
  })
  return {
    app,
    windows,
    quits: () => quits,
    start: async mainFile => {
      await import(/* @vite-ignore */ pathToFileURL(mainFile).href)
    },
    stop: () => {
      hooks.deregister()
      Reflect.deleteProperty(globalThis, key)
    },
  }
}

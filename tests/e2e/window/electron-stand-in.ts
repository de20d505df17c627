import { EventEmitter } from 'node:events'
import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { BrowserContext } from 'playwright-core'
import { StandInUtility } from './stand-in-utility'
import { StandInIpcMain, StandInWindow, type StandInWorld, type WindowOptions } from './stand-in-window'

export interface StandInOptions {
  readonly context: BrowserContext
  /** Added to the environment of the backend's process */
  readonly env?: Readonly<Record<string, string>>
  /** What a person picks in the dialogs, one after the other; null: closes it */
  readonly choices?: (readonly string[] | null)[]
  readonly droppedPaths?: Readonly<Record<string, string>>
  /** Whether another one of this app is open already */
  readonly isSecond?: boolean
}

/**
 * The module `electron`, played by a Chromium page and a child of Node: our built main, preload, backend and page run
 * unchanged. What it cannot show: the sandbox, context isolation, menus and dialogs on a screen.
 */
export interface ElectronStandIn {
  readonly app: EventEmitter & { quit(): void }
  readonly windows: readonly StandInWindow[]
  readonly backends: readonly StandInUtility[]
  readonly session: StandInSession
  /** Title and properties of each dialog that was opened */
  readonly dialogs: { readonly title: string; readonly properties: string[]; readonly filters?: unknown }[]
  readonly revealed: string[]
  /** What keeps the computer awake */
  readonly blockers: Map<number, string>
  readonly menus: unknown[]
  readonly privileged: unknown[]
  /** Whether the app has ended */
  readonly hasQuit: () => boolean
  /** As if a page had asked, with an event of the test's making */
  invoke(channel: string, event: unknown, ...args: unknown[]): Promise<unknown>
  /** Runs the built main file as Electron would. */
  start(mainFile: string): Promise<void>
  stop(): void
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

const key = Symbol.for('slicetune.electron-stand-in')

export function standInForElectron(options: StandInOptions): ElectronStandIn {
  const { app, hasQuit } = standInApp(options.isSecond === true)
  const seen = {
    windows: [] as StandInWindow[],
    backends: [] as StandInUtility[],
    dialogs: [] as { title: string; properties: string[] }[],
    revealed: [] as string[],
    blockers: new Map<number, string>(),
    menus: [] as unknown[],
    privileged: [] as unknown[],
    session: new StandInSession(),
  }
  const choices = [...(options.choices ?? [])]
  const world: StandInWorld = {
    context: options.context,
    ipcMain: new StandInIpcMain(),
    protocols: new Map(),
    droppedPaths: options.droppedPaths ?? {},
  }
  class BrowserWindow extends StandInWindow {
    constructor(given: WindowOptions) {
      super(world, given)
      seen.windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }

    static getAllWindows(): StandInWindow[] {
      return seen.windows
    }

    static fromWebContents(contents: unknown): StandInWindow | null {
      return seen.windows.find(window => window.webContents === contents) ?? null
    }
  }
  const electron = {
    app,
    BrowserWindow,
    session: { defaultSession: seen.session },
    ipcMain: world.ipcMain,
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown[]) => seen.privileged.push(...schemes),
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
        world.protocols.set(scheme, handler),
    },
    utilityProcess: {
      fork: (file: string) => {
        const backend = new StandInUtility(file, { ...process.env, ...options.env })
        seen.backends.push(backend)
        return backend
      },
    },
    dialog: {
      showOpenDialog: (_window: unknown, asked: { title: string; properties: string[] }) => {
        seen.dialogs.push(asked)
        const filePaths = choices.shift() ?? null
        return Promise.resolve({ canceled: filePaths === null, filePaths: filePaths ?? [] })
      },
    },
    shell: { showItemInFolder: (path: string) => seen.revealed.push(path) },
    powerSaveBlocker: {
      start: (type: string) => {
        seen.blockers.set(seen.blockers.size + 1, type)
        return seen.blockers.size
      },
      stop: (id: number) => seen.blockers.delete(id),
    },
    Menu: {
      setApplicationMenu: (menu: unknown) => seen.menus.push(menu),
      buildFromTemplate: (template: unknown) => template,
    },
  }
  const remove = install(electron)
  return {
    ...seen,
    app,
    hasQuit,
    invoke: (channel, event, ...args) =>
      Promise.resolve(event).then(given => world.ipcMain.handlers.get(channel)?.(given, ...args)),
    start: async mainFile => {
      // A new address each time: the same module would not run again.
      await import(/* @vite-ignore */ `${pathToFileURL(mainFile).href}?start=${++starts}`)
    },
    stop: () => {
      for (const backend of seen.backends) backend.crash()
      remove()
    },
  }
}

let starts = 0

function standInApp(isSecond: boolean): Pick<ElectronStandIn, 'app' | 'hasQuit'> {
  let ended = false
  const app = Object.assign(new EventEmitter(), {
    quit: () => {
      const event = { isPrevented: false, preventDefault: () => (event.isPrevented = true) }
      app.emit('before-quit', event)
      if (!event.isPrevented) ended = true
    },
    whenReady: () => Promise.resolve(),
    requestSingleInstanceLock: () => !isSecond,
  })
  return { app, hasQuit: () => ended }
}

/** Puts it where the built files import `electron` from. */
function install(electron: Readonly<Record<string, unknown>>): () => void {
  Object.assign(globalThis, { [key]: electron })
  const source = `const m = globalThis[Symbol.for('slicetune.electron-stand-in')]
    export const ${Object.keys(electron)
      .map(name => `${name} = m.${name}`)
      .join(', ')}`
  const hooks = registerHooks({
    resolve: (specifier, from, next) =>
      specifier === 'electron'
        ? {
            url: `data:text/javascript,${encodeURIComponent(`${source}\n// ${++starts}`)}`,
            shortCircuit: true,
          }
        : next(specifier, from),
  })
  return () => {
    hooks.deregister()
    Reflect.deleteProperty(globalThis, key)
  }
}

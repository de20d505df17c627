declare global {
  interface Window {
    /** As our preload script gives it to the page */
    slicetune?: {
      readonly version: string
      pathOf(file: File): string
      chooseFolder(title: string): Promise<string | null>
      chooseFiles(title: string, extensions: readonly string[]): Promise<readonly string[]>
      reveal(path: string): Promise<void>
      onBackend(listener: (state: string) => void): void
    }
    standIn?: {
      heard(channel: string, args: readonly unknown[]): void
      port(number: number, what: 'data' | 'close', data: unknown): void
    }
  }
}

/**
 * A sandboxed preload is CommonJS with `require('electron')` alone. It runs in the page itself here, so what crosses the
 * bridge is copied as Electron copies it: functions are wrapped, files pass, everything else is cloned.
 */
export const preloadScript = (
  code: string,
  droppedPaths: Readonly<Record<string, string>>,
): string => `(() => {
  const toMain = (...args) => window.standInToMain(...args)
  const listeners = new Map()
  const ports = new Map()
  window.standIn = {
    heard: (channel, args) => { for (const listener of listeners.get(channel) ?? []) listener({}, ...args) },
    port: (number, what, data) => {
      if (what === 'close') ports.get(number)?.close()
      else ports.get(number)?.postMessage(data)
    },
  }
  const ipcRenderer = {
    on: (channel, listener) => listeners.set(channel, [...(listeners.get(channel) ?? []), listener]),
    send: (channel, ...args) => void toMain('send', channel, ...structuredClone(args)),
    invoke: (channel, ...args) =>
      toMain('invoke', channel, ...structuredClone(args)).catch(error => {
        throw new Error("Error invoking remote method '" + channel + "': " + error.message)
      }),
    postMessage: (channel, message, [port]) => {
      const number = ports.size
      ports.set(number, port)
      port.onmessage = event => void toMain('port', number, event.data)
      port.addEventListener('close', () => void toMain('close-port', number))
      void toMain('post', channel, structuredClone(message), number)
    },
  }
  const crossing = value => {
    if (typeof value === 'function') return (...args) => crossing(value(...args.map(crossing)))
    if (value instanceof Promise) return value.then(crossing)
    if (value instanceof Blob) return value
    if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
      return Object.freeze(Object.fromEntries(Object.entries(value).map(([k, v]) => [k, crossing(v)])))
    return structuredClone(value)
  }
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (name, api) => { window[name] = crossing(api) } },
    webUtils: { getPathForFile: file => (${JSON.stringify(droppedPaths)})[file.name] ?? '' },
  }
  const require = name => { if (name === 'electron') return electron; throw new Error('a sandboxed preload may not require ' + name) }
  ;(() => {
${code}
  })()
})()`

import type { MessagePortMain, UtilityProcess } from 'electron'
import { log } from '../../log'
import type { FromBackend, ToBackend } from './backend-messages'

export type BackendState = 'starting' | 'ready' | 'restarting' | 'stopped'

/** A process that dies as often in that time has something that another start does not mend. */
const quickRestarts = 3
const quickMs = 60_000

/** For a run to come to its next safe point and write its checkpoint. */
const patienceMs = 30_000

type Answer = (response: Response) => void

export interface BackendHostOptions {
  /** Starts the process */
  readonly fork: () => UtilityProcess
  readonly onState: (state: BackendState) => void
  readonly onTraining: (isActive: boolean) => void
  readonly now?: () => number
}

/** Keeps the backend's process running: a native crash ends that process, never the window. */
export class BackendHost {
  readonly #options: BackendHostOptions
  #process: UtilityProcess | null = null
  #state: BackendState = 'starting'
  #isClosing = false
  #deaths: number[] = []
  #nextBlob = 0
  readonly #blobs = new Map<number, Answer>()
  #whenExited: () => void = () => undefined

  constructor(options: BackendHostOptions) {
    this.#options = options
    this.#start()
  }

  get state(): BackendState {
    return this.#state
  }

  /** Hands a page's port to the backend; one that comes while there is none is closed, and the page tries again. */
  connect(port: MessagePortMain): void {
    if (this.#state === 'ready') this.#process?.postMessage({ kind: 'connect' } satisfies ToBackend, [port])
    else port.close()
  }

  readBlob(path: string): Promise<Response> {
    const backend = this.#process
    if (this.#state !== 'ready' || backend === null) return Promise.resolve(unavailable())
    const id = this.#nextBlob++
    return new Promise(resolve => {
      this.#blobs.set(id, resolve)
      backend.postMessage({ kind: 'blob', id, path } satisfies ToBackend)
    })
  }

  /** Lets it close its projects and end by itself; what takes too long is ended, the whole process at once. */
  async close(): Promise<void> {
    this.#isClosing = true
    const backend = this.#process
    if (backend === null) return
    const exited = new Promise<void>(resolve => (this.#whenExited = resolve))
    const timer = setTimeout(() => {
      log.error('The backend did not end in time and is stopped')
      backend.kill()
    }, patienceMs)
    if (this.#state === 'ready') backend.postMessage({ kind: 'close' } satisfies ToBackend)
    else backend.kill() // it has nothing open yet, and might not hear us
    await exited
    clearTimeout(timer)
  }

  #start(): void {
    const backend = this.#options.fork()
    this.#process = backend
    backend.on('message', (message: FromBackend) => this.#hear(message))
    backend.on('exit', code => this.#lose(code))
  }

  #hear(message: FromBackend): void {
    if (message.kind === 'ready') this.#become('ready')
    else if (message.kind === 'training') this.#options.onTraining(message.isActive)
    else {
      const { id, status, headers, bytes } = message
      this.#blobs.get(id)?.(
        new Response(bytes, { status, headers: headers.map(([k, v]): [string, string] => [k, v]) }),
      )
      this.#blobs.delete(id)
    }
  }

  #lose(code: number): void {
    this.#process = null
    this.#options.onTraining(false)
    for (const answer of this.#blobs.values()) answer(unavailable())
    this.#blobs.clear()
    this.#whenExited()
    if (this.#isClosing) return
    log.error({ code }, 'The backend ended')
    const now = (this.#options.now ?? Date.now)()
    this.#deaths = [...this.#deaths.filter(death => now - death < quickMs), now]
    if (this.#deaths.length > quickRestarts) return this.#become('stopped')
    this.#become('restarting')
    this.#start()
  }

  #become(state: BackendState): void {
    this.#state = state
    this.#options.onState(state)
  }
}

const unavailable = (): Response => new Response('The engine is being started again.', { status: 503 })

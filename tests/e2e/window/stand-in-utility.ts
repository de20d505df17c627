import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StandInPort } from './stand-in-ports'

/** What goes between the two processes. Ports are numbers there. */
export type Wired =
  | { readonly kind: 'message'; readonly data: unknown; readonly ports: readonly number[] }
  | { readonly kind: 'port'; readonly port: number; readonly data: unknown }
  | { readonly kind: 'close-port'; readonly port: number }

const parentPort = pathToFileURL(join(import.meta.dirname, 'stand-in-parent-port.ts')).href

/** Electron's `utilityProcess.fork`, by a child of Node. */
export class StandInUtility extends EventEmitter {
  readonly #child: ChildProcess
  readonly #ports = new Map<number, StandInPort>()

  constructor(file: string, env: NodeJS.ProcessEnv) {
    super()
    this.#child = fork(file, [], {
      execArgv: ['--import', parentPort],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env,
    })
    this.#child.on('spawn', () => this.emit('spawn'))
    this.#child.on('message', (message: Wired) => this.#hear(message))
    this.#child.on('exit', code => {
      for (const port of this.#ports.values()) port.close()
      this.emit('exit', code ?? -1)
    })
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM')
  }

  /** As a native fault would. */
  crash(): void {
    this.#child.kill('SIGKILL')
  }

  postMessage(data: unknown, ports: readonly StandInPort[] = []): void {
    const numbers = ports.map(port => {
      const number = this.#ports.size
      this.#ports.set(number, port)
      port.on('message', (event: { data: unknown }) =>
        this.#send({ kind: 'port', port: number, data: event.data }),
      )
      port.on('close', () => this.#send({ kind: 'close-port', port: number }))
      port.start()
      return number
    })
    this.#send({ kind: 'message', data, ports: numbers })
  }

  #send(message: Wired): void {
    if (this.#child.connected) this.#child.send(message, () => undefined) // one that is gone hears nothing
  }

  #hear(message: Wired): void {
    if (message.kind === 'message') this.emit('message', message.data)
    else if (message.kind === 'port') this.#ports.get(message.port)?.postMessage(message.data)
    else this.#ports.get(message.port)?.close()
  }
}

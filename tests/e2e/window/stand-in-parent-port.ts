import { EventEmitter } from 'node:events'
import type { Wired } from './stand-in-utility'

/**
 * Loaded before the backend's file: in a utility process `process.parentPort` leads to the main process; here it does so
 * by Node's own channel.
 */
const ports = new Map<number, Port>()
const send = (message: Wired): void => void process.send?.(message)

class Port extends EventEmitter {
  readonly #number: number
  readonly #waiting: unknown[] = []
  #isStarted = false
  #isClosed = false

  constructor(number: number) {
    super()
    this.#number = number
  }

  postMessage(data: unknown): void {
    if (!this.#isClosed) send({ kind: 'port', port: this.#number, data })
  }

  start(): void {
    this.#isStarted = true
    for (const data of this.#waiting.splice(0)) this.emit('message', { data })
  }

  close(): void {
    send({ kind: 'close-port', port: this.#number })
    this.ended()
  }

  received(data: unknown): void {
    if (this.#isStarted) this.emit('message', { data })
    else this.#waiting.push(data)
  }

  ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.emit('close')
  }
}

const parentPort = Object.assign(new EventEmitter(), {
  postMessage: (data: unknown) => send({ kind: 'message', data, ports: [] }),
})

process.on('message', (wired: Wired) => {
  if (wired.kind === 'port') return ports.get(wired.port)?.received(wired.data)
  if (wired.kind === 'close-port') return ports.get(wired.port)?.ended()
  const given = wired.ports.map(number => {
    const port = new Port(number)
    ports.set(number, port)
    return port
  })
  parentPort.emit('message', { data: wired.data, ports: given })
})
process.on('disconnect', () => process.exit())
Object.assign(process, { parentPort })

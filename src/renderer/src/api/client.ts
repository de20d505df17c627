import { createORPCClient, DynamicLink, type ClientLink } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { ref, type Ref } from 'vue'
import type { Contract } from '../../../shared/contract'
import { connectElectron } from './connect-electron'
import { connectWebSocket } from './connect-websocket'
import type { Desktop } from './desktop'
import { backendLost } from './until-lost'
import type { ConnectionState, Wire } from './wire'

export type { ConnectionState, Wire } from './wire'

/** Every call of the contract, typed; errors carry `code` and `data` of the table of errors. */
export type Client = ContractRouterClient<Contract>

export interface Connection {
  readonly client: Client
  readonly state: Readonly<Ref<ConnectionState>>
  /** Dialogs, dropped files, the file manager: what a door does besides the contract */
  readonly desktop: Desktop
  /** Called after each connection but the first: open projects and streams have to be opened anew. */
  onReconnected(listener: () => void): void
}

/** A call that is made while there is no connection waits that long for one. */
const patienceMs = 15_000

/** Connects through whichever door the page came by; nothing else in the page knows which. */
export function connect(
  wire: Wire = window.slicetune ? connectElectron(window.slicetune) : connectWebSocket(),
): Connection {
  const state = ref<ConnectionState>('connecting')
  const links = new Links()
  const listeners = new Set<() => void>()
  let connections = 0
  wire.onLink((link, becomes) => {
    state.value = becomes
    links.set(link)
    if (link !== null && ++connections > 1) for (const listener of listeners) listener()
  })
  const client: Client = createORPCClient(new DynamicLink(({ signal }) => links.next(signal)))
  return {
    client,
    state,
    desktop: wire.desktop,
    onReconnected: listener => void listeners.add(listener),
  }
}

/** The link of the moment, and those who wait for one. */
class Links {
  #link: ClientLink<object> | null = null
  readonly #waiting = new Set<(link: ClientLink<object>) => void>()

  set(link: ClientLink<object> | null): void {
    this.#link = link
    if (link === null) return
    for (const resolve of this.#waiting) resolve(link)
    this.#waiting.clear()
  }

  next(signal: AbortSignal | undefined): ClientLink<object> | Promise<ClientLink<object>> {
    if (this.#link !== null) return this.#link
    return new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.#waiting.delete(found)
        end()
      }
      const found = (link: ClientLink<object>): void => settle(() => resolve(link))
      const abort = (): void => settle(() => reject(new DOMException('Cancelled.', 'AbortError')))
      const timer = setTimeout(() => settle(() => reject(backendLost())), patienceMs)
      signal?.addEventListener('abort', abort)
      this.#waiting.add(found)
    })
  }
}

/** The page's own; made when the page is loaded, so that the first call finds it. */
export const connection = connect()
export const client = connection.client

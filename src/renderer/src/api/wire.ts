import type { ClientLink } from '@orpc/client'
import type { Desktop } from './desktop'

/**
 * `connecting`: not yet; `lost`: it is tried again by itself; `signed-out`: it was started anew and
 * printed a new address, which has to be opened; `restarting`: the engine ended and is started again;
 * `stopped`: it ended too often, only a new start helps.
 */
export type ConnectionState = 'connecting' | 'connected' | 'lost' | 'signed-out' | 'restarting' | 'stopped'

/** What a door gives: a link whenever there is one, and what becomes of it. */
export interface Wire {
  readonly desktop: Desktop
  /** Called with each new link and with each loss of it (null) */
  onLink(listener: (link: ClientLink<object> | null, state: ConnectionState) => void): void
}

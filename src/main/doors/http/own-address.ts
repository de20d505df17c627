/** The two names under which a browser on this computer reaches the door. */
export interface OwnAddress {
  /** As in a Host header */
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
  readonly sockets: readonly string[]
}

export function ownAddress(port: number): OwnAddress {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  return {
    hosts,
    origins: hosts.map(host => `http://${host}`),
    sockets: hosts.map(host => `ws://${host}`),
  }
}

/** What is checked of a request before anything of it is looked at. */
export interface Claims {
  readonly host: string | null
  readonly origin: string | null
  /** `Sec-Fetch-Site`, which pages cannot forge: also other ports of this computer are not ours */
  readonly site: string | null
}

export const claimsOf = (header: (name: string) => string | null): Claims => ({
  host: header('host'),
  origin: header('origin'),
  site: header('sec-fetch-site'),
})

/**
 * Against pages elsewhere that reach this computer through the user's browser: a name that was rebound to 127.0.0.1
 * shows in Host, a foreign page in Origin or Sec-Fetch-Site.
 *
 * @param needsOrigin - for what changes something: browsers send Origin with each POST and each socket
 * @returns why it is refused, or null
 */
export function foreignness(claims: Claims, own: OwnAddress, needsOrigin: boolean): string | null {
  const { host, origin, site } = claims
  if (host === null || !own.hosts.includes(host.toLowerCase())) return 'the Host header is not its own'
  if (origin === null ? needsOrigin : !own.origins.includes(origin)) return 'the Origin is not its own'
  if (site !== null && site !== 'same-origin' && site !== 'none') return 'it was asked by another site'
  return null
}

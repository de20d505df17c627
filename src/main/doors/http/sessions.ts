import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may use the door: whoever brought the token that was printed in the terminal, once; from then on their browser
 * shows a cookie. Both are 256 random bits and live as long as the process.
 */
export class Sessions {
  readonly #cookieName: string
  readonly #known = new Set<string>()
  #token: string | null = newSecret()

  /** @param port - browsers share cookies between the ports of a host, so it is in the name */
  constructor(port: number) {
    this.#cookieName = `slicetune-${port}`
  }

  /** The token that opens the door next; each works once. */
  get token(): string {
    return (this.#token ??= newSecret())
  }

  /** @returns the cookie's header, or null where the token is wrong or used */
  exchange(token: string): string | null {
    if (this.#token === null || !isEqual(token, this.#token)) return null
    this.#token = null
    const secret = newSecret()
    this.#known.add(fingerprint(secret))
    return `${this.#cookieName}=${secret}; HttpOnly; SameSite=Strict; Path=/`
  }

  isKnown(cookieHeader: string | null): boolean {
    const mine = (cookieHeader ?? '')
      .split(';')
      .map(part => part.trim())
      .filter(part => part.startsWith(`${this.#cookieName}=`))
    return mine.some(part => this.#known.has(fingerprint(part.slice(this.#cookieName.length + 1))))
  }
}

const newSecret = (): string => randomBytes(32).toString('base64url')

/** Looking up a hash tells nothing by its timing. */
const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('hex')

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(fingerprint(given)), Buffer.from(fingerprint(wanted))]
  return timingSafeEqual(a, b)
}

import { afterAll, beforeAll, expect } from 'vitest'
import { startAppServer, type AppServer } from '../app-server'
import { ask, type RawAnswer, type RawRequest } from './raw-request'

export interface SignedIn {
  readonly server: AppServer
  /** As a browser shows it */
  readonly cookie: string
  /** As our page, signed in */
  readonly asked: (request?: RawRequest) => Promise<RawAnswer>
  readonly isAlive: () => Promise<boolean>
}

/** A server for the tests of a file, which has to close in good order after all that they do to it. */
export function useSignedIn(): SignedIn {
  let server: AppServer
  let cookie = ''
  beforeAll(async () => {
    server = await startAppServer()
    cookie = cookieOf(await ask(server.port, { path: `/?token=${tokenOf(server)}` }))
  })
  afterAll(async () => {
    expect(await server.stop(), server.output()).toBe(0)
  })
  const asked = (request: RawRequest = {}): Promise<RawAnswer> =>
    ask(server.port, { ...request, headers: { cookie, ...request.headers } })
  return {
    get server() {
      return server
    },
    get cookie() {
      return cookie
    },
    asked,
    isAlive: async () => (await asked()).text.includes('<div id="app">'),
  }
}

export const tokenOf = (server: AppServer): string =>
  new URL(server.address()).searchParams.get('token') ?? ''

export const cookieOf = ({ text }: RawAnswer): string => /set-cookie: ([^;]+);/i.exec(text)?.[1] ?? ''

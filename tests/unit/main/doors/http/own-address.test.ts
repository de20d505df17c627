import { describe, expect, test } from 'vitest'
import { foreignness, ownAddress } from '../../../../../src/main/doors/http/own-address'

const own = ownAddress(8123)
const ours = { host: '127.0.0.1:8123', origin: 'http://127.0.0.1:8123', site: 'same-origin' }

describe('a request', () => {
  test('of our own page passes, by either name of this computer', () => {
    expect(foreignness(ours, own, true)).toBeNull()
    expect(foreignness({ ...ours, host: 'LOCALHOST:8123' }, own, true)).toBeNull()
    expect(foreignness({ ...ours, origin: 'http://localhost:8123' }, own, true)).toBeNull()
  })

  test('that a person types passes to read, not to change', () => {
    const typed = { host: '127.0.0.1:8123', origin: null, site: 'none' }

    expect(foreignness(typed, own, false)).toBeNull()
    expect(foreignness(typed, own, true)).toContain('Origin')
  })

  test.each([
    [{ host: null }, 'Host'],
    [{ host: 'evil.example:8123' }, 'Host'],
    [{ host: '127.0.0.1:8124' }, 'Host'],
    [{ origin: 'http://127.0.0.1:8124' }, 'Origin'],
    [{ origin: 'https://127.0.0.1:8123' }, 'Origin'],
    [{ origin: 'null' }, 'Origin'],
    [{ site: 'same-site' }, 'another site'],
    [{ site: 'cross-site' }, 'another site'],
  ])('with %j is foreign by its %s', (claim, reason) => {
    expect(foreignness({ ...ours, ...claim }, own, false)).toContain(reason)
  })
})

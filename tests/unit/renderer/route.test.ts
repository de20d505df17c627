import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { hashOf, parseHash, viewNames } from '../../../src/renderer/src/router/route'

property.prop([fc.constantFrom(...viewNames), fc.option(fc.string({ minLength: 1, maxLength: 20 }))])(
  'every route survives its way through the address',
  (view, detail) => {
    expect(parseHash(hashOf({ view, detail }))).toEqual({ view, detail })
  },
)

test.each(['', '#', '#/', '#/nowhere', '#/annotate/a/b', '#annotate', '#/__proto__'])(
  '%s leads to the start page',
  hash => {
    expect(parseHash(hash)).toEqual({ view: 'start', detail: null })
  },
)

test('a mistyped escape is no detail', () => {
  expect(parseHash('#/annotate/%E0%A4%A')).toEqual({ view: 'annotate', detail: null })
})

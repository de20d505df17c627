import { fc } from '@fast-check/vitest'

/** Any mask of up to 12 x 12 pixels, the empty one too. */
export const maskArbitrary = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([height, width]) =>
    fc.record({
      height: fc.constant(height),
      width: fc.constant(width),
      mask: fc.uint8Array({ min: 0, max: 1, minLength: height * width, maxLength: height * width }),
    }),
  )

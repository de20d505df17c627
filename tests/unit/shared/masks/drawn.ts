import { fc } from '@fast-check/vitest'

/** A mask as rows of # and . */
export const draw = (...rows: string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), pixel => (pixel === '#' ? 1 : 0))

export const shown = (mask: Uint8Array, width: number): string[] =>
  Array.from({ length: mask.length / width }, (_, row) =>
    Array.from(mask.subarray(row * width, (row + 1) * width), pixel => (pixel === 0 ? '.' : '#')).join(''),
  )

/** Any mask of up to 12 x 12 pixels. */
export const arbitraryMask = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([height, width]) =>
    fc
      .array(fc.constantFrom(0, 1), { minLength: height * width, maxLength: height * width })
      .map(pixels => ({ mask: Uint8Array.from(pixels), height, width })),
  )

import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { boxOfMask } from '../../../../src/core/imaging/box'
import type { Flip } from '../../../../src/core/imaging/flip'
import { flipped } from '../../../../src/core/imaging/flip'
import { sliceGeometry } from '../../../../src/core/imaging/geometry'
import { labelValues, maskOfLabel } from '../../../../src/core/imaging/labels'
import { fitLabels, preprocessImage } from '../../../../src/core/imaging/preprocess'
import { tensor } from '../../../../src/core/tensor/tensor'
import type { Preprocessing } from '../../../../src/shared/domain/preprocessing'
import { maskArbitrary } from './mask-arbitrary'

const preprocessing: Preprocessing = {
  resolution: 32,
  fit: 'pad',
  intensity: 'minmax',
  mean: null,
  std: null,
  promptTokens: 6,
}

/** 20 x 40: label 300 left, label 44 right: they would be the same if narrowed to 8 bits too early. */
const image = tensor(
  'uint8',
  [20, 40],
  Uint8Array.from({ length: 800 }, (_, at) => (at * 7) % 251),
)
const labels = Int32Array.from({ length: 800 }, (_, at) => {
  const [y, x] = [Math.floor(at / 40), at % 40]
  if (y < 4 || y > 15) return 0
  return x < 10 ? 300 : x > 29 ? 44 : 0
})
const flips: Flip[] = [false, true].flatMap(leftRight => [false, true].map(upDown => ({ leftRight, upDown })))

describe('mirroring a slice and its labels', () => {
  it.each(flips)('comes before the padding, which stays right and below: %o', flip => {
    const geometry = sliceGeometry(20, 40, preprocessing)
    const { resolution, fittedHeight, fittedWidth } = geometry
    const size = { height: fittedHeight, width: fittedWidth }
    expect(fittedWidth).toBe(resolution)
    const part = fittedHeight * resolution

    const straight = preprocessImage(image, preprocessing).input.data
    const turned = preprocessImage(image, preprocessing, flip).input.data
    const straightMap = fitLabels(labels, geometry)
    const turnedMap = fitLabels(labels, geometry, flip)

    expect([...turned.slice(0, part)]).toEqual([...flipped(straight.slice(0, part), size, flip)])
    expect(turned.slice(part, resolution ** 2).every(value => value === 0)).toBe(true)
    expect([...turnedMap.slice(0, part)]).toEqual([...flipped(straightMap.slice(0, part), size, flip)])
    expect(turnedMap.slice(part).every(label => label === 0)).toBe(true)
    expect(labelValues(turnedMap)).toEqual([44, 300])
  })

  it('gives the same mask and box whether a label is picked before or after fitting', () => {
    const geometry = sliceGeometry(20, 40, preprocessing)
    for (const flip of flips) {
      for (const label of [44, 300]) {
        const before = fitLabels(maskOfLabel(labels, label), geometry, flip)
        const after = maskOfLabel(fitLabels(labels, geometry, flip), label)

        expect([...before]).toEqual([...after])
        expect(boxOfMask(before, 32, 32)?.x0).toBe((label === 300) === flip.leftRight ? 24 : 0)
      }
    }
  })

  test.prop([maskArbitrary, fc.boolean(), fc.boolean()])(
    'is undone by mirroring again',
    (given, leftRight, upDown) => {
      const flip = { leftRight, upDown }

      expect(flipped(flipped(given.mask, given, flip), given, flip)).toEqual(given.mask)
    },
  )
})

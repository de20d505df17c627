import { describe, expect, it } from 'vitest'
import { preprocessImage } from '../../../../src/core/imaging/preprocess'
import type { Tensor } from '../../../../src/core/tensor/tensor'
import { tensor } from '../../../../src/core/tensor/tensor'
import type { Preprocessing } from '../../../../src/shared/domain/preprocessing'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'

const plain: Preprocessing = {
  resolution: 16,
  fit: 'stretch',
  intensity: 'unit',
  mean: null,
  std: null,
  promptTokens: 6,
}
const padded: Preprocessing = { ...plain, fit: 'pad', intensity: 'minmax' }

const bytes = (shape: readonly number[], value: (at: number) => number): Tensor<'uint8'> =>
  tensor(
    'uint8',
    shape,
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => value(at)),
  )

const plane = ({ input }: { input: Tensor<'float32'> }, channel: number): number[] => {
  const pixels = input.data.length / 3
  return [...input.data.subarray(channel * pixels, (channel + 1) * pixels)]
}

describe('preprocessing', () => {
  it('keeps an image of the right size as it is, divided by 255', () => {
    const image = bytes([16, 16], at => at)

    const result = preprocessImage(image, plain)

    expect(result.input.shape).toEqual([1, 3, 16, 16])
    for (const channel of [0, 1, 2]) {
      expect(plane(result, channel)).toEqual([...image.data].map(value => Math.fround(value / 255)))
    }
  })

  it('puts red, green and blue into planes and drops alpha', () => {
    const rgba = bytes([16, 16, 4], at => [10, 20, 30, 99][at % 4] ?? 0)
    const greyAlpha = bytes([16, 16, 2], at => [10, 99][at % 2] ?? 0)
    const value = (byte: number): number[] => new Array<number>(256).fill(Math.fround(byte / 255))

    expect([0, 1, 2].map(channel => plane(preprocessImage(rgba, plain), channel))).toEqual(
      [10, 20, 30].map(value),
    )
    expect([0, 1, 2].map(channel => plane(preprocessImage(greyAlpha, plain), channel))).toEqual(
      [10, 10, 10].map(value),
    )
  })

  it('subtracts the mean and divides by the standard deviation of each channel, before the padding', () => {
    const image = bytes([8, 16], () => 255)
    const standard = {
      ...padded,
      intensity: 'unit' as const,
      mean: officialPreprocessing.mean,
      std: officialPreprocessing.std,
    }

    const result = preprocessImage(image, standard)

    expect(plane(result, 1)[0]).toBeCloseTo((1 - 0.456) / 0.224, 6)
    expect(plane(result, 1).slice(8 * 16)).toEqual(new Array<number>(8 * 16).fill(0))
  })

  it('spreads other types than uint8 between their 0.5th and 99.5th percentile', () => {
    // 0 to 1023 with outliers; NumPy: percentile(values, [0.5, 99.5]) = [5.115, 1017.885]
    const values = Int16Array.from({ length: 1024 }, (_, at) =>
      at === 0 ? -30_000 : at === 1023 ? 30_000 : at,
    )

    const { input } = preprocessImage(tensor('int16', [32, 32], values), { ...plain, resolution: 32 })

    expect([input.data[0], input.data[5], input.data[1018], input.data[1023]]).toEqual([0, 0, 1, 1])
    expect(input.data[6]).toBeCloseTo((6 - 5.115) / (1017.885 - 5.115), 6)
    expect(input.data[512]).toBeCloseTo((512 - 5.115) / (1017.885 - 5.115), 6)
  })

  it('stretches the values of the resized image to [0, 1] with minmax', () => {
    const { input } = preprocessImage(
      bytes([16, 16], at => 50 + (at % 16)),
      padded,
    )

    expect(Math.min(...input.data)).toBe(0)
    expect(Math.max(...input.data)).toBe(1)
  })

  const bits = Array.from({ length: 96 }, (_, at) => at % 2)
  const everyType: Tensor[] = [
    tensor('bool', [8, 12], Uint8Array.from(bits)),
    tensor('int8', [8, 12], Int8Array.from(bits)),
    tensor('int16', [8, 12], Int16Array.from(bits)),
    tensor('int32', [8, 12], Int32Array.from(bits)),
    tensor('int64', [8, 12], BigInt64Array.from(bits, BigInt)),
    tensor('uint16', [8, 12], Uint16Array.from(bits)),
    tensor('uint32', [8, 12], Uint32Array.from(bits)),
    tensor('uint64', [8, 12], BigUint64Array.from(bits, BigInt)),
    tensor(
      'float16',
      [8, 12],
      Uint16Array.from(bits, bit => bit * 0x3c00),
    ),
    tensor(
      'bfloat16',
      [8, 12],
      Uint16Array.from(bits, bit => bit * 0x3f80),
    ),
    tensor('float32', [8, 12], Float32Array.from(bits)),
    tensor('float64', [8, 12], Float64Array.from(bits)),
  ]

  it.each(everyType)('takes $dtype images with both fits', image => {
    for (const preprocessing of [plain, padded]) {
      const { input } = preprocessImage(image, preprocessing)
      expect(Math.min(...input.data)).toBe(0)
      expect(Math.max(...input.data)).toBeGreaterThan(0.5)
      expect(input.data.every(Number.isFinite)).toBe(true)
    }
  })

  it('turns a constant image into zeros with minmax and with a window', () => {
    const constant = tensor('float32', [4, 4], new Float32Array(16).fill(7))

    expect(preprocessImage(constant, padded).input.data.every(value => value === 0)).toBe(true)
    expect(preprocessImage(constant, plain).input.data.every(value => value === 0)).toBe(true)
  })

  it('does not wrap where the range of int16 is wider than int16', () => {
    const { input } = preprocessImage(
      tensor(
        'int16',
        [16, 16],
        Int16Array.from({ length: 256 }, (_, at) => at * 257 - 32_768),
      ),
      padded,
    )

    expect(input.data[0]).toBe(0)
    expect(input.data[255]).toBe(1)
    expect(input.data[128]).toBeCloseTo(128 / 255, 6)
  })

  it('keeps at least one row of a very wide image', () => {
    const { input, geometry } = preprocessImage(
      bytes([2, 200], at => at % 200),
      padded,
    )

    expect(geometry).toMatchObject({ fittedHeight: 1, fittedWidth: 16 })
    expect(Math.max(...input.data)).toBe(1)
  })

  it('refuses what is no picture', () => {
    expect(() =>
      preprocessImage(
        bytes([4], () => 0),
        plain,
      ),
    ).toThrow(RangeError)
    expect(() =>
      preprocessImage(
        bytes([2, 2, 5], () => 0),
        plain,
      ),
    ).toThrow(RangeError)
  })
})

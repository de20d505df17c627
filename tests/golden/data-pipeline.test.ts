import { describe, expect, it } from 'vitest'
import { boxOfMask } from '../../src/core/imaging/box'
import { longestSideSize, sliceGeometry } from '../../src/core/imaging/geometry'
import { interpolate, interpolationMatrix, interpolationTaps } from '../../src/core/imaging/interpolation'
import { labelValues, maskOfLabel } from '../../src/core/imaging/labels'
import { fitLabels, preprocessImage } from '../../src/core/imaging/preprocess'
import { resizeArea } from '../../src/core/imaging/resize-area'
import { resizeNearest } from '../../src/core/imaging/resize-nearest'
import { restoreMask } from '../../src/core/imaging/restore'
import { readNpy } from '../../src/main/codecs/npy'
import { readNpz } from '../../src/main/codecs/npz'
import type { Preprocessing } from '../../src/shared/domain/preprocessing'
import { AppError } from '../../src/shared/errors'
import { dataArray, dataBytes, dataManifest } from './data-fixture'
import {
  correctedBox,
  halfBits,
  product,
  sampleSource,
  scattered,
  seedBox,
  sourceImage,
  transpose,
} from './data-reference'
import { uniform } from './formula-weights'
import { unopenedFixtures } from './npy-fixture'

const manifest = dataManifest()

/** Tolerances of the README: integers exact, floats 1e-4 (area), 2e-6 (interp). */
function expectWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number | bigint>,
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length)
  let worst = 0
  for (let at = 0; at < actual.length; at++) {
    const difference = Math.abs((actual[at] ?? NaN) - Number(expected[at]))
    if (!(difference <= worst)) worst = difference
  }
  expect(worst).toBeLessThanOrEqual(tolerance)
}

describe('resizing by area (OpenCV INTER_AREA)', () => {
  it.each(manifest.resize_longest_side)('matches $name', ({ name, image, dtype, target, out_shape }) => {
    const source = sourceImage(image, dtype)
    const [height = 0, width = 0] = source.shape
    const size = longestSideSize(height, width, target)
    const expected = dataArray(`area/${name}.npy`)

    const result = resizeArea(source, size)

    expect(result.shape).toEqual(out_shape)
    expect(result.dtype).toBe(expected.dtype)
    expectWithin(result.data, expected.data, dtype.startsWith('float') ? 1e-4 : 0)
  })
})

describe('resizing label maps (OpenCV INTER_NEAREST)', () => {
  it.each(manifest.nearest)('matches $name', ({ name, source, target, out_shape }) => {
    const labels = dataArray(`nearest/${source}`)
    const [height = 0, width = 0] = labels.shape
    const size = longestSideSize(height, width, target)

    const result = resizeNearest(Uint8Array.from(labels.data as Uint8Array), [height, width], size)

    expect(size).toEqual(out_shape)
    expect([...result]).toEqual([...(dataArray(`nearest/${name}.npy`).data as Uint8Array)])
  })
})

describe("the original script's samples", () => {
  it.each(manifest.samples)('matches $name in image, mask and box, bit for bit', sample => {
    const { name, target, label } = sample
    const preprocessing: Preprocessing = {
      resolution: target,
      fit: 'pad',
      intensity: 'minmax',
      mean: null,
      std: null,
      promptTokens: 6,
    }
    const { image, labels } = sampleSource(name, sample.src_shape, sample.src_dtype)

    const { input, geometry } = preprocessImage(image, preprocessing)
    const mask = maskOfLabel(fitLabels(labels, geometry), label)
    const box = boxOfMask(mask, target, target)

    expect([geometry.fittedHeight, geometry.fittedWidth]).toEqual(sample.new_size)
    expect([geometry.height, geometry.width]).toEqual(sample.original_size)
    expect(labelValues(fitLabels(labels, geometry))).toEqual(sample.label_ids)
    expect(Buffer.from(input.data.buffer).equals(Buffer.from(floatBytes(`sample/${name}.image.npy`)))).toBe(
      true,
    )
    expect([...mask]).toEqual([...(dataArray(`sample/${name}.gt2D.npy`).data as Uint8Array)])
    expect(box && [[box.x0, box.y0], [box.x1, box.y1]]).toEqual(sample.bbox_no_jitter) // prettier-ignore
    // The original script mirrors the padded square; here the slice is mirrored first and the padding stays right.
    const turned = maskOfLabel(fitLabels(labels, geometry, { leftRight: true, upDown: false }), label)
    const mirrored = boxOfMask(turned, target, target)
    const [[left, top], [right, bottom]] = sample.flip_lr_bbox
    const padding = target - geometry.fittedWidth
    expect(mirrored).toEqual({ x0: left - padding, y0: top, x1: right - padding, y1: bottom })
  })
})

function floatBytes(path: string): Uint8Array {
  const { dtype, data } = dataArray(path)
  expect(dtype).toBe('float32')
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

describe('boxes', () => {
  it.each(manifest.boxes)(
    'grow by $jitter from $box to $corrected_box',
    ({ rows, cols, size, ...expected }) => {
      const mask = new Uint8Array(size * size)
      for (let y = rows[0]; y < rows[1]; y++) mask.fill(1, y * size + cols[0], y * size + cols[1])

      const box = boxOfMask(mask, size, size)

      expect(box && [box.x0, box.y0, box.x1, box.y1]).toEqual(expected.box)
      expect(correctedBox(expected.box, expected.jitter, size)).toEqual(expected.corrected_box)
      expect(seedBox(expected.box, expected.jitter, size)).toEqual(expected.seed_box)
    },
  )
})

describe('interpolation (torch, align_corners=False)', () => {
  it.each(manifest.interp)('matches $name forward', ({ name, mode, in_shape, out_shape }) => {
    const source = dataArray(`interp/${name}.in.npy`)
    expect(source.data).toEqual(uniform(`in:${name}`, source.data.length))
    const [, planes, height, width] = in_shape
    const to: [number, number] = [out_shape[2], out_shape[3]]

    const result = interpolate(mode, Float32Array.from(source.data as Float32Array), {
      planes,
      from: [height, width],
      to,
    })

    expectWithin(result, dataArray(`interp/${name}.out.npy`).data, 2e-6)
  })

  it.each(manifest.interp)('matches $name as matrices, and backward as their transposes', golden => {
    const { name, mode, in_shape, out_shape } = golden
    const [, planes, height, width] = in_shape
    const [newHeight, newWidth] = [out_shape[2], out_shape[3]]
    const down = interpolationMatrix(mode, height, newHeight) // [newHeight, height]
    const across = interpolationMatrix(mode, width, newWidth) // [newWidth, width]
    const source = uniform(`in:${name}`, planes * height * width)
    const upstream = uniform(`go:${name}`, planes * newHeight * newWidth)

    const taps = [
      interpolationTaps(mode, height, newHeight),
      interpolationTaps(mode, width, newWidth),
    ] as const
    const forward: number[] = []
    const exact: number[] = []
    const asTorch: number[] = []
    for (let plane = 0; plane < planes; plane++) {
      const part = source.subarray(plane * height * width, (plane + 1) * height * width)
      const rows = product(down, part, [newHeight, height, width])
      forward.push(...product(rows, transpose(across, newWidth, width), [newHeight, width, newWidth]))
      const g = upstream.subarray(plane * newHeight * newWidth, (plane + 1) * newHeight * newWidth)
      const columns = product(transpose(down, newHeight, height), g, [height, newHeight, newWidth])
      exact.push(...product(columns, across, [height, newWidth, width]))
      asTorch.push(...scattered(...taps, g, width))
    }

    expectWithin(forward, dataArray(`interp/${name}.out.npy`).data, 2e-6)
    expectWithin(asTorch, dataArray(`interp/${name}.vjp.npy`).data, 2e-6)
    // Up to 400 terms summed in float32 one after the other: torch's own noise, not that of the transposes.
    expectWithin(asTorch, exact, 1e-5)
  })
})

describe('bringing masks back to the slice', () => {
  it.each(manifest.postprocess)('matches $name', ({ name, new_size, original_size, positive }) => {
    const square = dataArray(`post/${name}.in.npy`)
    const side = square.shape.at(-1) ?? 0
    const planes = square.data.length / side ** 2
    const geometry = {
      height: original_size[0],
      width: original_size[1],
      resolution: side,
      fit: 'pad' as const,
      fittedHeight: new_size[0],
      fittedWidth: new_size[1],
    }

    const restored = Array.from({ length: planes }, (_, plane) =>
      restoreMask(
        Float32Array.from(square.data.slice(plane * side ** 2, (plane + 1) * side ** 2) as Float32Array),
        geometry,
      ),
    ).flatMap(mask => [...mask])

    expectWithin(restored, dataArray(`post/${name}.out.npy`).data, 2e-6)
    expect(restored.filter(logit => logit > 0).length).toBe(positive)
  })

  it('restores what a stretched model sees without cropping', () => {
    const geometry = sliceGeometry(30, 50, {
      resolution: 64,
      fit: 'stretch',
      intensity: 'unit',
      mean: null,
      std: null,
      promptTokens: 6,
    })

    const restored = restoreMask(new Float32Array(16 * 16).fill(2.5), geometry)

    expect(restored.length).toBe(30 * 50)
    // Cubic weights in float32 sum to 1 within 1e-6, along each of two axes.
    expectWithin(restored, new Float32Array(30 * 50).fill(2.5), 5e-6)
  })
})

describe('NumPy containers', () => {
  const dtypes = [
    'bool',
    'int8',
    'int16',
    'int32',
    'int64',
    'uint8',
    'uint16',
    'uint32',
    'float16',
    'float32',
    'float64',
  ]

  it.each(dtypes)('reads %s', dtype => {
    const { shape, data, dtype: read } = dataArray(`npy/${dtype}.npy`)
    const signed = /^(int|float)/.test(dtype)
    const value = (at: number): number => (dtype === 'bool' ? at % 2 : at - (signed ? 5 : 0))

    expect(read).toBe(dtype)
    expect(shape).toEqual([2, 3, 4])
    expect(Array.from(data as ArrayLike<number>, Number)).toEqual(
      Array.from({ length: 24 }, (_, at) => (dtype === 'float16' ? halfBits(value(at)) : value(at))),
    )
  })

  it('reads Fortran order and big-endian values as the same numbers', () => {
    const fortran = dataArray('npy/fortran_float32.npy')
    const big = dataArray('npy/bigendian_int32.npy')

    expect(fortran).toMatchObject({ dtype: 'float32', shape: [2, 3, 4] })
    expect([...(fortran.data as Float32Array)]).toEqual(Array.from({ length: 24 }, (_, at) => at))
    expect(big).toMatchObject({ dtype: 'int32', shape: [2, 3, 4] })
    expect([...(big.data as Int32Array)]).toEqual(Array.from({ length: 24 }, (_, at) => at))
  })

  it('reads a scalar and an empty array', () => {
    expect(dataArray('npy/scalar.npy')).toMatchObject({ shape: [] })
    expect(dataArray('npy/scalar.npy').data.length).toBe(1)
    const empty = dataArray('npy/empty.npy')
    expect(empty.data.length).toBe(0)
    expect(empty.shape).toContain(0)
  })

  it.each(['stored', 'deflated'])('reads a %s archive', kind => {
    const arrays = readNpz(dataBytes(`npy/${kind}.npz`), `${kind}.npz`)
    const imgs = arrays.get('imgs')
    const count = imgs?.data.length ?? 0

    expect([...arrays.keys()].sort()).toEqual(['gts', 'imgs', ...(kind === 'deflated' ? ['spacing'] : [])])
    expect(Array.from(imgs?.data as ArrayLike<number>, Number)).toEqual(
      Array.from({ length: count }, (_, at) => at),
    )
    expect(Array.from(arrays.get('gts')?.data as ArrayLike<number>, Number)).toEqual(
      Array.from({ length: count }, (_, at) => at % 3),
    )
    const spacing = arrays.get('spacing')?.data as Float64Array | undefined
    if (kind === 'deflated') expectWithin(spacing ?? [], [1.5, 0.7, 0.7], 1e-6)
  })

  it('refuses pickled objects with the name of the file and runs nothing', () => {
    const bytes = dataBytes('npy/object_must_refuse.npy')

    const read = (): unknown => readNpy(bytes, 'object_must_refuse.npy')

    expect(read).toThrow(AppError)
    expect(read).toThrow(/object_must_refuse\.npy was refused because it asks to run code/)
  })
})

it('opens every file of the group', () => {
  expect(unopenedFixtures('5-data')).toEqual([])
})

import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { sizeOf } from '../../../../src/core/tensor/shape'
import { tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes, readNiftiHeader, writeNifti } from '../../../../src/main/codecs'
import { niftiVolume, pixelHash, sliceFixture } from '../slice-files'

/** Hashes of nibabel's unscaled values in file order; sizes are [z, y, x]. */
const byOthers = [
  [
    'standard.nii.gz',
    'uint8',
    [7, 5, 4],
    [2, 3, 1],
    '1077a96d75abfcc865824f3499234f930494a9dc59b0ea11a09079a315cbd2fa',
  ],
  [
    'minimal.nii.gz',
    'uint8',
    [10, 64, 64],
    [3, 3, 3],
    '84f5616a845dc45e246ecfdda41fce06fb33d334f27dda32bbff1bdc270d1ee7',
  ],
  [
    'example_nifti2.nii.gz',
    'int16',
    [2, 12, 20, 32],
    null,
    'fadeb3ec74c7bdf7d5a86e62b023f3180c82df76bc41a130396ba35fd385d937',
  ],
] as const

const labelsLike = (shape: readonly number[], most = 3) =>
  tensor(
    'int32',
    shape,
    Int32Array.from({ length: sizeOf(shape) }, (_, at) => at % (most + 1)),
  )

describe('the NIfTI codec', () => {
  it.each(byOthers)('reads %s', async (name, dtype, shape, spacing, hash) => {
    const { pixels, kind, spacingMm } = await decodeBytes(sliceFixture(name), name, 'stored')

    expect(kind).toBe('volume')
    expect(pixels).toMatchObject({ dtype, shape })
    if (spacing !== null) expect(spacingMm).toEqual(spacing)
    expect(pixelHash(pixels)).toBe(hash)
  })

  it('takes the first of several volumes, and says so', async () => {
    const [name, all] = [
      'example_nifti2.nii.gz',
      await decodeBytes(sliceFixture('example_nifti2.nii.gz'), '', 'stored'),
    ]
    const { pixels, warnings, spacingMm } = await decodeBytes(sliceFixture(name), name, 'image')

    expect(pixels.shape).toEqual([12, 20, 32])
    expect(pixels.data).toEqual(all.pixels.data.slice(0, 12 * 20 * 32))
    expect(spacingMm).toHaveLength(3)
    expect(warnings).toEqual(['it holds 2 volumes, of which the first is taken'])
  })

  it('puts the first axis of the file last and reports the scaling', async () => {
    const bytes = niftiVolume([2, 3, 4], (x, y, z) => x + 10 * y + 50 * z, { spacing: [0.5, 0.75, 3] })
    const view = new DataView(bytes.buffer)
    view.setFloat32(112, 0.5, true)
    view.setFloat32(116, -7, true)

    const { pixels, scale, spacingMm } = await decodeBytes(bytes, 'a.nii', 'image')

    expect(pixels.shape).toEqual([4, 3, 2])
    expect([...(pixels.data as Uint8Array)].slice(0, 7)).toEqual([0, 1, 10, 11, 20, 21, 50])
    expect(scale).toEqual({ slope: 0.5, intercept: -7 })
    expect(spacingMm).toEqual([3, 0.75, 0.5])
  })

  it('takes metres and micrometres for what they are, and a slope of 0 for none', () => {
    const bytes = niftiVolume([1, 1, 1], () => 1, { spacing: [2, 2, 2] })
    bytes[123] = 1
    expect(readNiftiHeader(bytes, 'a.nii').spacingMm).toEqual([2000, 2000, 2000])
    bytes[123] = 3
    expect(readNiftiHeader(bytes, 'a.nii')).toMatchObject({ spacingMm: [0.002, 0.002, 0.002], scale: null })
  })

  it('refuses complex values politely', async () => {
    await expect(
      decodeBytes(sliceFixture('complex_image.nii.gz'), 'complex.nii.gz', 'image'),
    ).rejects.toThrow(/complex\.nii\.gz cannot be read: its values are of the NIfTI type 32/)
  })

  it('refuses damaged files by name, also those that ask for more memory than they can fill', async () => {
    const bytes = niftiVolume([4, 4, 4], () => 1)
    const cases: [string, Uint8Array, RegExp][] = [
      ['cut.nii', bytes.subarray(0, 380), /more than its 380 bytes can hold/],
      ['header.nii', bytes.subarray(0, 347), /ends within its header/],
      ['cut.nii.gz', gzipSync(bytes).subarray(0, -9), /compressed data is broken|ends within/],
      ['other.nii.gz', gzipSync('no volume at all'), /does not begin with a NIfTI header/],
      ['zero.nii', withShort(bytes, 42, 0), /declares the sizes/],
      ['negative.nii', withShort(bytes, 42, -3), /declares the sizes/],
      ['rank.nii', withShort(bytes, 40, 9), /declares the sizes|makes no sense/],
      ['huge.nii', withShort(withShort(withShort(bytes, 42, 32_000), 44, 32_000), 46, 32_000), /can hold/],
      ['bomb.nii.gz', gzipSync(withShort(withShort(bytes, 42, 32_000), 44, 32_000)), /can hold/],
      [
        'longer.nii.gz',
        gzipSync(Buffer.concat([bytes, Buffer.alloc(2 ** 21)])),
        /more than its header declares/,
      ],
    ]

    for (const [name, file, message] of cases) {
      await expect(decodeBytes(file, name, 'image'), name).rejects.toThrow(message)
      await expect(decodeBytes(file, name, 'image'), name).rejects.toThrow(name)
    }
  })

  it('ignores extensions with lengths that make no sense', async () => {
    const bytes = new Uint8Array(392)
    bytes.set(niftiVolume([2, 2, 2], () => 5).subarray(0, 348))
    bytes[348] = 1
    new DataView(bytes.buffer).setFloat32(108, 384, true)

    expect([...((await decodeBytes(bytes, 'a.nii', 'image')).pixels.data as Uint8Array)]).toEqual(
      new Array(8).fill(0),
    )
  })
})

function withShort(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  new DataView(copy.buffer).setInt16(at, value, true)
  return copy
}

describe('writing labels as NIfTI', () => {
  it.each(['standard.nii.gz', 'minimal.nii.gz'])('keeps the grid and the byte order of %s', async name => {
    const source = sliceFixture(name)
    const shape = (await decodeBytes(source, name, 'image')).pixels.shape
    const labels = labelsLike(shape)

    const written = writeNifti(labels, source, name)
    const read = await decodeBytes(written, 'out.nii.gz', 'labels')

    expect(read.pixels).toMatchObject({ dtype: 'uint8', shape })
    expect(Array.from(read.pixels.data as Uint8Array)).toEqual([...labels.data])
    expect(read.scale).toBeNull()
    const [before, after] = [gunzipSync(source).subarray(0, 348), gunzipSync(written).subarray(0, 348)]
    // Quaternion, offsets and the three rows of the affine; the spacing; the size field that gives the byte order
    for (const [from, to] of [
      [252, 328],
      [76, 108],
      [0, 4],
      [344, 348],
    ] as const) {
      expect(after.subarray(from, to).equals(before.subarray(from, to))).toBe(true)
    }
  })

  it('drops the time axis of a NIfTI-2 source and keeps its version', async () => {
    const source = sliceFixture('example_nifti2.nii.gz')
    const written = writeNifti(labelsLike([12, 20, 32], 300), source, 'a.nii.gz')

    expect(readNiftiHeader(written, 'out.nii.gz')).toMatchObject({
      dimensions: [32, 20, 12],
      dtype: 'uint16',
      size: 540,
    })
    expect((await decodeBytes(written, 'out.nii.gz', 'labels')).pixels.data[300]).toBe(300)
  })

  it('widens the type for large and negative labels and refuses another size', () => {
    const source = niftiVolume([2, 1, 1], () => 0)
    const labels = (...values: number[]) => tensor('int32', [1, 1, 2], Int32Array.from(values))

    expect(readNiftiHeader(writeNifti(labels(0, 70_000), source, 'a'), 'a').dtype).toBe('int32')
    expect(readNiftiHeader(writeNifti(labels(-1, 5), source, 'a'), 'a').dtype).toBe('int32')
    expect(() => writeNifti(labelsLike([2, 1, 1]), source, 'a')).toThrow(RangeError)
  })
})

describe('the directions of a volume', () => {
  it.each([
    ['standard.nii.gz', ['R', 'A', 'S']],
    ['example_nifti2.nii.gz', ['L', 'A', 'S']],
    ['minimal.nii.gz', null],
  ])('are those that nibabel names, where the file says any: %s', (name, directions) => {
    expect(readNiftiHeader(sliceFixture(name), name).directions).toEqual(directions)
  })

  it('are not told of two axes that lead the same way', () => {
    const bytes = niftiVolume([2, 2, 2], () => 0)
    const view = new DataView(bytes.buffer)
    view.setInt16(254, 1, true)
    // Rows of the affine: right, front, up; x and y both lead mostly to the right.
    ;[3, 2, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0].forEach((value, at) => view.setFloat32(280 + 4 * at, value, true))

    expect(readNiftiHeader(bytes, 'oblique.nii').directions).toBeNull()
  })
})

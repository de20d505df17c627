import { describe, expect, test } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes } from '../../../../src/main/codecs'
import { labelMapExporter } from '../../../../src/main/exporters'

const { encode } = labelMapExporter('picture')
const labels = (...values: number[]) => tensor('int32', [1, values.length], Int32Array.from(values))

describe('a label map as PNG', () => {
  test.each([
    [[0, 1, 255], 'uint8'],
    [[0, 300, 65_535], 'uint16'],
  ])('keeps the values of %j as %s', async (values, dtype) => {
    const bytes = await encode(labels(...values), 'a.png')

    const { pixels } = await decodeBytes(bytes, 'a.png', 'labels')
    expect(pixels.dtype).toBe(dtype)
    expect(Array.from(pixels.data, Number)).toEqual(values)
  })

  test.each([70_000, -1, 65_536])(
    'refuses the label %i, which would come out as another one',
    async label => {
      const reason = `label ${label} does not fit a 16-bit PNG; use NIfTI, or renumber the labels`

      await expect(encode(labels(0, 3, label), 'scans/a.png')).rejects.toMatchObject({
        code: 'UNUSABLE_SLICE',
        data: { file: 'scans/a.png', reason },
      })
    },
  )
})

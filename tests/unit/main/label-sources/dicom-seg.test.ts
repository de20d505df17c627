import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cielabColour } from '../../../../src/main/label-sources/cielab-colour'
import { readLabels } from './read-labels'

const folder = join(import.meta.dirname, '../../../fixtures/zoo/dicom-series-ct')
const liver = readFileSync(join(folder, 'liver.dcm'))

/** Of `liver.dcm` in the zoo's manifest, as pydicom reads it */
const sha256 = '86ceb97b138085d01b005c48e893bb4348fcdcf6a9c5c73c54d4efaa0288a1f2'

describe('a DICOM segmentation', () => {
  test('has the very pixels that pydicom reads', async () => {
    const { frames, size } = await readLabels(liver, 'liver.dcm', 'frames')
    const hash = createHash('sha256')
    for (const { values } of frames) hash.update(Uint8Array.from(values()))

    expect(size).toEqual({ width: 512, height: 512 })
    expect(hash.digest('hex')).toBe(sha256)
  })

  test('names its segments, and the slices that each frame was drawn on', async () => {
    const { frames, segments, series } = await readLabels(liver, 'liver.dcm', 'frames')

    expect([...segments.values()]).toEqual([{ name: 'Liver', value: 1, colour: [217, 130, 101] }])
    expect(series).toBe('1.2.392.200103.20080913.113635.1.2009.6.22.21.43.10.23430.1')
    expect(frames.map(({ segment, instance }) => [segment, instance?.slice(-7)])).toEqual([
      [1, '23433.1'],
      [1, '23432.1'],
      [1, '23431.1'],
    ])
    expect(frames[1]?.place).toEqual({
      across: [-0.810547, -0, 0],
      down: [-0, -0.810547, 0],
      origin: [235.2, 226.8, -127.69],
    })
  })

  test('is damaged where its pixels end too early', async () => {
    await expect(readLabels(liver.subarray(0, -20_000), 'cut.dcm', 'frames')).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      data: { file: 'cut.dcm' },
    })
  })

  test('that is cut anywhere is refused, not fallen over', async () => {
    for (let length = 2000; length < liver.length; length += 3001) {
      const reading = readLabels(liver.subarray(0, length), 'cut.dcm', 'frames')
      await expect(reading).rejects.toMatchObject({ data: { file: 'cut.dcm' } })
    }
  })
})

describe('the colour of a segment', () => {
  // L*, a*, b* of the corners of sRGB by colour-science's D50 conversion, scaled to 16 bits.
  test.each([
    ['white', [100, 0, 0], [255, 255, 255]],
    ['black', [0, 0, 0], [0, 0, 0]],
    ['red', [54.29, 80.81, 69.89], [255, 0, 0]],
    ['blue', [29.57, 68.3, -112.03], [0, 0, 255]],
  ])('is told from CIELab: %s', (_, [l = 0, a = 0, b = 0], rgb) => {
    const found = cielabColour([(l / 100) * 65_535, ((a + 128) / 255) * 65_535, ((b + 128) / 255) * 65_535])

    found.forEach((part, index) => expect(Math.abs(part - (rgb[index] ?? 0))).toBeLessThanOrEqual(1))
  })
})

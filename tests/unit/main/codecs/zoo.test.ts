import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { numbersOf } from '../../../../src/core/imaging/picture'
import { bytesOf, decodeBytes } from '../../../../src/main/codecs'
import { inspectFile } from '../../../../src/main/codecs/inspect'
import { isAppError } from '../../../../src/shared/errors'
import type { ZooFile } from './zoo'
import { isRefused, lossyTolerance, zoo, zooFolder, zooPath } from './zoo'

const Samples = z.object({
  files: z.record(z.string(), z.object({ step: z.number(), values: z.array(z.number()) })),
})
const samples = Samples.parse(JSON.parse(readFileSync(join(zooFolder, 'lossy-reference.json'), 'utf8'))).files

const opened = new Set<string>()
const open = (file: ZooFile): string => {
  opened.add(file.path)
  return zooPath(file)
}

const readable = zoo.filter(file => !isRefused(file))

describe('reading a file of the zoo', () => {
  it.each(readable.filter(({ path }) => !(path in samples)))(
    'gives the stored pixels of $path',
    async file => {
      const { sha256, shape, dtype, min, max } = await inspectFile(open(file))

      expect({ shape, dtype, min, max, sha256 }).toEqual({
        ...{ shape: file.shape, dtype: file.dtype, min: file.min, max: file.max, sha256: file.sha256_pixels },
      })
    },
  )

  it.each(readable.filter(({ path }) => path in samples))(
    'gives the pixels of $path within the tolerance for what is compressed with loss or changes its colours',
    async file => {
      const path = open(file)
      const { shape, dtype } = await inspectFile(path)
      const { step, values } = samples[file.path] ?? { step: 1, values: [] }
      const { pixels } = await decodeBytes(await bytesOf(path), path, 'stored')
      const own = numbersOf(pixels)
      const worst = Math.max(...values.map((value, index) => Math.abs(value - (own[index * step] ?? NaN))))

      expect({ shape, dtype }).toEqual({ shape: file.shape, dtype: file.dtype })
      expect(values.length).toBeGreaterThan(400)
      expect(worst).toBeLessThanOrEqual(lossyTolerance)
    },
  )

  it.each(zoo.filter(isRefused))('refuses $path with a sentence', async file => {
    const path = open(file)
    const error: unknown = await inspectFile(path).catch((thrown: unknown) => thrown)

    expect(isAppError(error)).toBe(true)
    expect(String(error)).toContain(path)
    expect(String(error)).toMatch(/\.$/)
  })

  it('goes on reading after every one that is broken', async () => {
    for (const file of zoo.filter(isRefused)) await inspectFile(zooPath(file)).catch(() => null)
    const file = zoo.find(({ path }) => path === 'dicom/MR_small_jp2klossless.dcm')

    expect((await inspectFile(zooPath({ path: file?.path ?? '' }))).sha256).toBe(file?.sha256_pixels)
  })

  afterAll(() => {
    expect(zoo.map(({ path }) => path).filter(path => !opened.has(path))).toEqual([])
  })
})

describe('the place of a volume of the zoo', () => {
  const placed = zoo.filter(file => file.affine !== undefined && !isRefused(file))

  it.each(placed)('is that of $path', async file => {
    const { affine, orientation, spacing } = await inspectFile(zooPath(file))

    affine?.flat().forEach((value, index) => {
      expect(value).toBeCloseTo(file.affine?.flat()[index] ?? NaN, 3)
    })
    expect(affine).not.toBeNull()
    // A file with neither form says nothing about directions, whatever is made of it by convention.
    expect(orientation).toBe((file.qform ?? 0) > 0 || (file.sform ?? 0) > 0 ? file.axes : null)
    spacing?.forEach((value, index) => {
      expect(value).toBeCloseTo(file.zooms?.[index] ?? NaN, 3)
    })
  })
})

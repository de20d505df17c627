import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLargeVolume, readImageFile } from '../../../../src/main/codecs'
import { largePlanes } from '../../../../src/main/datasets'
import { planeOf } from '../../../../src/main/datasets/plane'
import { folderWith } from '../support/folders'
import { zooFolder } from './zoo'

let home = ''
beforeEach(() => {
  home = folderWith({})
  vi.stubEnv('SLICETUNE_HOME', home)
})
afterEach(() => vi.unstubAllEnvs())

const ct = join(zooFolder, 'nifti/example_ct_sm.nii.gz')
const volumes = ['example_ct_sm.nii.gz', 'anatomical.nii', 'space_LPI.nii.gz', 'example_nifti2.nii.gz']

function plainCopy(): string {
  const file = join(folderWith({}), 'plain.nii')
  writeFileSync(file, gunzipSync(readFileSync(ct)))
  return file
}

describe('a volume whose planes are fetched one by one', () => {
  it.each(volumes)('has the very planes of the volume read as a whole, along every axis: %s', async name => {
    const file = join(zooFolder, 'nifti', name)
    const whole = await readImageFile(file, 'image')
    const large = await openLargeVolume(file, 'image', 0)
    if (!large) {
      expect(whole.storedShape.length).toBeGreaterThan(3)
      return
    }
    const { pixels, ...rest } = whole
    expect(large.about).toEqual({ ...rest, dtype: pixels.dtype, shape: pixels.shape })
    const planes = largePlanes(large)
    for (const axis of [0, 1, 2] as const) {
      const count = pixels.shape[2 - axis] ?? 0
      for (const index of [0, 1, 17, Math.floor(count / 2), count - 1].filter(one => one < count))
        expect(await planes.plane(axis, index)).toEqual(planeOf(pixels, axis, index))
    }
    await planes.check()
    planes.close()
  })

  it('is not opened where it is small enough to be held', async () => {
    expect(await openLargeVolume(ct, 'image')).toBeNull()
    expect(await openLargeVolume(join(zooFolder, 'png/basn0g16.png'), 'image', 0)).toBeNull()
  })

  it('leaves no file behind: its scratch file has no name from the beginning', async () => {
    const large = await openLargeVolume(ct, 'image', 0)
    await large?.plane(0)
    expect(readdirSync(join(home, 'scratch'))).toEqual([])
    large?.close()
  })
})

describe('a damaged volume whose planes are fetched one by one', () => {
  it('that was cut is refused', async () => {
    const file = plainCopy()
    truncateSync(file, 5000)
    await expect(openLargeVolume(file, 'image', 0)).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  it('whose compressed bytes break off gives what came before, and fails the check', async () => {
    const bytes = readFileSync(ct)
    const file = join(folderWith({}), 'cut.nii.gz')
    writeFileSync(file, bytes.subarray(0, bytes.length - 2000))
    const large = await openLargeVolume(file, 'image', 0)
    await expect(large?.check()).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
    const depth = large?.about.shape[0] ?? 0
    await expect(large?.plane(depth - 1)).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  it('whose checksum does not agree fails the check', async () => {
    const bytes = Buffer.from(gzipSync(gunzipSync(readFileSync(ct))))
    bytes.writeUInt32LE((bytes.readUInt32LE(bytes.length - 8) ^ 1) >>> 0, bytes.length - 8)
    const file = join(folderWith({}), 'sum.nii.gz')
    writeFileSync(file, bytes)
    const large = await openLargeVolume(file, 'image', 0)
    await expect(large?.check()).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  it('that decompresses to much more than its header says is refused', async () => {
    const folder = folderWith({})
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'long.nii.gz')
    writeFileSync(file, gzipSync(Buffer.concat([gunzipSync(readFileSync(ct)), Buffer.alloc(2 ** 22)])))
    const large = await openLargeVolume(file, 'image', 0)
    await expect(large?.check()).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { labelValues } from '../../../../src/core/imaging/labels'
import { numbersOf } from '../../../../src/core/imaging/picture'
import { decodeBytes } from '../../../../src/main/codecs'
import { decodeRuns } from '../../../../src/shared/masks/rle'
import { zooFolder } from '../codecs/zoo'
import { smallProject } from '../support/small-project'
import { addImages, attach } from './import-labels'

const zoo = (name: string): string => join(zooFolder, 'tiff', name)
const bytesOf = ({ buffer }: Uint16Array): Buffer => Buffer.from(buffer)

test.each(['2d', '3d'])(
  'the cells of a real instance map are objects of one label, none lost: %s',
  async kind => {
    const { session } = await smallProject(0)
    await addImages(session, zoo(`stardist_img${kind}.tif`))
    const [series] = session.store.series.list()
    if (!series) throw new Error('no series')

    const [item] = await attach(session, [zoo(`stardist_mask${kind}.tif`)], {
      series: series.id,
      objectsOf: 'Cell',
    })

    expect(item).toMatchObject({ outcome: 'attached', error: null })
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve', 'Cell'])
    const slices = session.store.slices.ofSeries(series.id)
    const counts = slices.map(({ id }) => session.store.annotations.ofSlice(id).length)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(item?.masks)
    // Objects come in the order of their numbers, of which some are missing.
    const file = zoo(`stardist_mask${kind}.tif`)
    const { pixels } = await decodeBytes(readFileSync(file), file, 'labels')
    const values = numbersOf(pixels)
    slices.forEach(({ id, width, height }, plane) => {
      const own = values.subarray(plane * width * height, (plane + 1) * width * height)
      const numbers = labelValues(own)
      const drawn = new Uint16Array(own.length)
      session.store.annotations.ofSlice(id).forEach(({ runs }, index) => {
        const mask = decodeRuns(runs, own.length)
        mask.forEach((isSet, at) => isSet === 1 && (drawn[at] = numbers[index] ?? 0))
      })
      expect(Buffer.compare(bytesOf(drawn), bytesOf(Uint16Array.from(own)))).toBe(0)
    })
  },
)

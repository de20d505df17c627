import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JobEvent } from '../../../../../src/shared/domain/events'
import { recipeOf } from '../../../../../src/shared/domain/training-options'
import { createFileCache, discoverDataset } from '../../../../../src/main/datasets'
import { evenly } from '../../../../../src/main/jobs/train/evenly'
import {
  finderLabels,
  finderPictures,
  isQuickToEncode,
} from '../../../../../src/main/jobs/train/finder-samples'
import { fitRunFinder } from '../../../../../src/main/jobs/train/fit-run-finder'
import { openSession } from '../../../../../src/main/jobs/train/session'
import type { UsableSlice } from '../../../../../src/main/jobs/train/usable-slice'
import { openModel } from '../../../../../src/main/models/open-model'
import { StopFlag } from '../../../../../src/main/workers/stop-flag'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import { engineContext } from '../../support/engine-context'
import { folderWith } from '../../support/folders'
import { picoCheckpoint } from '../../support/pico-weights'
import { rectangleFiles } from '../../support/rectangle-slices'

function usable(index: number, labelValues: readonly number[]): UsableSlice {
  const name = `s${index}`
  const place = {
    imageFile: `${name}.png`,
    maskFile: `${name}.png`,
    sliceIndex: null,
    axis: null,
    spacingMm: null,
  }
  const record = { ...place, id: name, name, group: name, split: null }
  return { record, labelValues, trainableValues: labelValues }
}
const slices = (count: number) => Array.from({ length: count }, (_, index) => usable(index, [1]))

describe('what a finder is taught on', () => {
  test('has a map for each label value, and a single one where there are more than eight', () => {
    expect(finderLabels([usable(0, [3, 1]), usable(1, [1, 8])])).toEqual([1, 3, 8])
    expect(finderLabels([usable(0, [1, 2, 3, 4, 5]), usable(1, [6, 7, 8])])).toHaveLength(8)
    expect(finderLabels([usable(0, [1, 2, 3, 4, 5]), usable(1, [6, 7, 8, 9])])).toEqual([null])
  })

  test('are mirror images too where slices are few and quick to encode, and at most 200 of them else', () => {
    const picturesOf = (count: number, isQuick: boolean, nothing = 0) => {
      const empty = slices(nothing).map(({ record }) => ({ ...record, id: `nothing ${record.id}` }))
      return finderPictures({ data: { train: slices(count), empty }, isQuick })
    }

    expect(picturesOf(100, true)).toHaveLength(400)
    expect(picturesOf(100, false)).toHaveLength(100)
    expect(picturesOf(60, true, 41)).toHaveLength(101)
    const many = picturesOf(300, true, 100)
    expect(many).toHaveLength(200)
    // A quarter of them show nothing, as of all.
    expect(many.filter(({ usable: shown }) => shown === null)).toHaveLength(50)
  })

  test('are quick to encode by a rule of the model alone', () => {
    expect(isQuickToEncode('efficient-sam', { ...officialPreprocessing, resolution: 512 })).toBe(true)
    expect(isQuickToEncode('efficient-sam', officialPreprocessing)).toBe(false)
    expect(isQuickToEncode('medsam-lite', { ...officialPreprocessing, resolution: 256 })).toBe(false)
  })

  test('are taken evenly where there are too many', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7])
    expect(evenly([0, 1, 2], 3)).toEqual([0, 1, 2])
    expect(evenly([0, 1], 9)).toEqual([0, 1])
    expect(evenly([], 9)).toEqual([])
  })
})

test('embeddings that are no numbers cost the finder, which is said, not the training', async () => {
  const folder = folderWith({
    ...rectangleFiles('', { objects: 2, empty: 0, firstSeed: 0 }),
    'pico.pth': picoCheckpoint(),
  })
  const { model } = await openModel(join(folder, 'pico.pth'))
  model.parameters.get('image_encoder.patch_embed.proj.bias').data.fill(NaN)
  const found = await discoverDataset(folder, { axis: 2 })
  const train = found.slices.map(record => ({ record, labelValues: [1], trainableValues: [1] }))
  const data = { train, val: [], empty: [], independent: true, skipped: [], files: createFileCache() }
  const recipe = recipeOf('quick', {})
  const settings = { folder, preset: 'quick', recipe, workers: 1 } as const
  const session = openSession(engineContext(), model, data, settings)
  const { preprocessing } = model
  const world = { ...session, data, preprocessing, isQuick: false, seed: 1, folder, stop: new StopFlag() }
  const events: JobEvent[] = []

  const fitting = fitRunFinder(world)
  let last = await fitting.next()
  for (; last.done !== true; last = await fitting.next()) events.push(last.value)
  await session.dispose()

  expect(last.value).toBeNull()
  expect(events.at(-1)).toEqual({
    event: 'notice',
    message: 'No finder: teaching it came to values that are no numbers. The model needs boxes or clicks.',
  })
})

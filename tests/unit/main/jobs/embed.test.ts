import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { float32, tensor } from '../../../../src/core/tensor/tensor'
import { readImageFile, writeNpy } from '../../../../src/main/codecs'
import { embed } from '../../../../src/main/jobs/embed'
import { EmbedOptions } from '../../../../src/shared/domain/prediction'
import { eventsOf, folderWith } from '../support/folders'
import { image, volume } from '../support/prediction'
import { contextWith, ThresholdSegmenter } from '../support/threshold-segmenter'

describe('embed', () => {
  test('writes float32 [256, h, w] per image and per plane of a volume', async () => {
    const folder = folderWith({ 'images/a.png': image, 'images/ct.nii': volume(6, 5, 2, x => x) })
    const options = EmbedOptions.parse({ images: join(folder, 'images'), out: join(folder, 'out') })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect(error).toBeNull()
    expect(events.at(-1)).toMatchObject({ event: 'report', command: 'embed', written: 3, skipped: 0 })
    expect(readdirSync(join(folder, 'out')).sort()).toEqual(['a.npy', 'ct-000.npy', 'ct-001.npy'])
    const { pixels } = await readImageFile(join(folder, 'out/a.npy'), 'image')
    expect(pixels).toEqual(
      float32(
        [256, 2, 2],
        Float32Array.from({ length: 1024 }, (_, index) => index),
      ),
    )
  })

  test('leaves NaN pixels out by name and goes on', async () => {
    const folder = folderWith({ 'images/a.png': image })
    mkdirSync(join(folder, 'images'), { recursive: true })
    writeFileSync(
      join(folder, 'images/nan.npy'),
      writeNpy(tensor('float32', [2, 2], Float32Array.of(1, NaN, 0, 1))),
    )
    const options = EmbedOptions.parse({
      images: join(folder, 'images'),
      out: join(folder, 'out'),
      strict: true,
    })

    const { events, error } = await eventsOf(embed(options, contextWith(new ThresholdSegmenter())))

    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'skipped',
        code: 'UNUSABLE_SLICE',
        file: join(folder, 'images/nan.npy'),
      }),
    )
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED' })
    expect(existsSync(join(folder, 'out/a.npy'))).toBe(true)
  })
})

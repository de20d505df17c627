import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { float32 } from '../../../../src/core/tensor/tensor'
import { EmbeddingsCache } from '../../../../src/main/files/embeddings-cache'
import { folderWith } from '../support/folders'

/** 64 bytes, different for every seed; with values that a text could not carry. */
const embedding = (seed: number) =>
  float32(
    [1, 2, 8],
    Float32Array.from(
      { length: 16 },
      (_, index) => [Math.PI ** seed / (index + 1), -0, 1e-42][index % 3] ?? 0,
    ),
  )

function cacheOf(maxBytes: number) {
  const folder = join(folderWith({}), 'embeddings')
  const made: number[] = []
  const cache = new EmbeddingsCache(folder, maxBytes)
  const get = (seed: number) =>
    cache.get(`slice ${seed}`, () => {
      made.push(seed)
      return Promise.resolve(embedding(seed))
    })
  return { folder, cache, made, get }
}

test('what fits stays in memory and no folder is made', async () => {
  const { folder, made, get } = cacheOf(3 * 64)

  for (const seed of [1, 2, 3, 1, 2, 3]) expect(await get(seed)).toEqual(embedding(seed))

  expect(made).toEqual([1, 2, 3])
  expect(existsSync(folder)).toBe(false)
})

test('what does not fit goes to files and comes back bit for bit, made once only', async () => {
  const { folder, made, get } = cacheOf(2 * 64)

  for (const seed of [1, 2, 3, 4, 5]) await get(seed)
  const again = []
  for (const seed of [1, 2, 3, 4, 5, 1]) again.push(await get(seed))

  expect(again).toEqual([1, 2, 3, 4, 5, 1].map(embedding))
  expect(again.map(({ data }) => Object.is(data[1], -0))).toEqual(Array(6).fill(true))
  expect(made).toEqual([1, 2, 3, 4, 5])
  // Each went to disk once, however often it was pushed out.
  expect(readdirSync(folder).sort()).toEqual(['0.f32', '1.f32', '2.f32', '3.f32', '4.f32'])
})

test('the least recently used goes first', async () => {
  const { folder, get } = cacheOf(2 * 64)

  await get(1)
  await get(2)
  await get(1)
  await get(3)

  expect(readdirSync(folder)).toEqual(['0.f32'])
  await get(1)
  expect(readdirSync(folder)).toEqual(['0.f32'])
})

test('one embedding larger than the limit is still served', async () => {
  const { get } = cacheOf(10)

  for (const seed of [1, 2, 1]) expect(await get(seed)).toEqual(embedding(seed))
})

test('embeddings asked for at the same time never land in one file', async () => {
  const { folder, made, get } = cacheOf(3 * 64)
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8]
  const reversed = seeds.toReversed()

  await Promise.all(seeds.map(get))
  const again = await Promise.all(reversed.map(get))
  const oneByOne = []
  for (const seed of seeds) oneByOne.push(await get(seed))

  expect(again).toEqual(reversed.map(embedding))
  expect(oneByOne).toEqual(seeds.map(embedding))
  expect(made).toEqual(seeds)
  expect(readdirSync(folder)).toHaveLength(8)
})

test('a place that cannot be written to fails whoever asks then, and no one later', async () => {
  const file = join(folderWith({ taken: 'a file' }), 'taken')
  const cache = new EmbeddingsCache(join(file, 'embeddings'), 64)
  const get = (seed: number) => cache.get(`slice ${seed}`, () => Promise.resolve(embedding(seed)))

  const settled = await Promise.allSettled([1, 2, 3].map(get))
  rmSync(file)
  const again = []
  for (const seed of [3, 2, 1]) again.push(await get(seed))

  expect(settled.map(({ status }) => status)).toContain('rejected')
  expect(again).toEqual([3, 2, 1].map(embedding))
})

test('its folder is gone afterwards, also where nothing was stored', async () => {
  const used = cacheOf(64)
  await used.get(1)
  await used.get(2)
  expect(existsSync(used.folder)).toBe(true)

  await used.cache.dispose()
  await cacheOf(64).cache.dispose()

  expect(existsSync(used.folder)).toBe(false)
})

test('what a killed process left in its folder is never believed, and goes with it', async () => {
  const left = { 'embeddings/0.f32': 'half an embedd', 'embeddings/1.f32': 'x'.repeat(64) }
  const folder = join(folderWith({ ...left, 'embeddings/.1.f32.0123456789ab.tmp': 'half' }), 'embeddings')
  const cache = new EmbeddingsCache(folder, 64)
  const get = (seed: number) => cache.get(`slice ${seed}`, () => Promise.resolve(embedding(seed)))

  const served = []
  for (const seed of [1, 2, 3, 1, 2, 3]) served.push(await get(seed))
  await cache.dispose()

  expect(served).toEqual([1, 2, 3, 1, 2, 3].map(embedding))
  expect(existsSync(folder)).toBe(false)
})

test('a place that cannot be written to is named', async () => {
  const file = join(folderWith({ taken: 'a file' }), 'taken')
  const cache = new EmbeddingsCache(join(file, 'embeddings'), 1)
  const make = () => Promise.resolve(embedding(1))

  await cache.get('a', make)

  await expect(cache.get('b', make)).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND', data: { file } })
})

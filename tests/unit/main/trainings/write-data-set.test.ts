import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sliceSource } from '../../../../src/main/projects/slice-source'
import { chooseRunSplit } from '../../../../src/main/trainings/split'
import { trainingSlices } from '../../../../src/main/trainings/training-slices'
import { writeDataSet } from '../../../../src/main/trainings/write-data-set'
import { pngWith } from '../support/folders'
import { discProject } from './disc-project'

async function projectWithSplit() {
  const session = await discProject({ done: 4 })
  const wishes = { validationFraction: 0.25, seed: 1, allowSharedGroup: false }
  const split = chooseRunSplit(session, trainingSlices(session), wishes)
  const said: string[] = []
  const folder = join(session.folder, 'runs/1/data')
  const place = {
    folder,
    isStopped: () => false,
    onSkipped: ({ code }: { code: string }) => void said.push(code),
  }
  const fileOf = (id = 0): string => sliceSource(session, id).imageFile
  return { session, split, said, place, fileOf }
}

it('keeps its own pixels where a program saves the picture in place', async () => {
  const { session, split, place, fileOf } = await projectWithSplit()
  const file = fileOf(split.train[0]?.id)
  const before = readFileSync(file)
  await writeDataSet(session, split, place)

  writeFileSync(file, 'saved in place')

  const images = join(place.folder, 'train/images')
  const kept = readdirSync(images).map(name => readFileSync(join(images, name)))
  expect(kept.some(bytes => bytes.equals(before))).toBe(true)
})

it('leaves out a slice whose file is gone, and says so', async () => {
  const { session, split, said, place, fileOf } = await projectWithSplit()
  rmSync(fileOf(split.train[0]?.id))

  await writeDataSet(session, split, place)

  expect(said).toEqual(['FILE_NOT_FOUND'])
  expect(readdirSync(join(place.folder, 'train/images'))).toHaveLength(split.train.length - 1)
  expect(readdirSync(join(place.folder, 'train/masks'))).toHaveLength(split.train.length - 1)
})

it('fails with the missing file where a side has no slice left', async () => {
  const { session, split, place, fileOf } = await projectWithSplit()
  const files = split.val.map(({ id }) => fileOf(id))
  for (const file of files) rmSync(file)

  await expect(writeDataSet(session, split, place)).rejects.toMatchObject({
    ...{ code: 'FILE_NOT_FOUND', data: { file: files.at(-1) } },
  })
})

it('leaves out a slice whose picture was replaced by one of another size, and names file and slice', async () => {
  const { session, split, place, fileOf } = await projectWithSplit()
  const [{ id, name } = { id: 0, name: '' }] = split.train
  const said: string[] = []
  writeFileSync(fileOf(id), pngWith(32, 48, [9, 1, 1, 2, 2]))

  await writeDataSet(session, split, { ...place, onSkipped: ({ message }) => void said.push(message) })

  expect(said).toEqual([
    `${fileOf(id)} is left out: it measures 48 x 32 pixels now, and slice ${name} was drawn on 64 x 64.`,
  ])
  expect(readdirSync(join(place.folder, 'train/images'))).toHaveLength(split.train.length - 1)
})

it('leaves out a picture that is none any more', async () => {
  const { session, split, said, place, fileOf } = await projectWithSplit()
  writeFileSync(fileOf(split.train[0]?.id), 'no picture')

  await writeDataSet(session, split, place)

  expect(said).toEqual(['CORRUPT_FILE'])
})

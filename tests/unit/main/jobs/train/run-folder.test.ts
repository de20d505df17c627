import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  checkpointToResume,
  createRunFolder,
  isRunFolder,
} from '../../../../../src/main/jobs/train/run-folder'
import { folderWith } from '../../support/folders'

const minute = new Date(2026, 10, 4, 6, 8, 59)

describe('the folder of a run', () => {
  test('is named by task, date and minute, and made with the folders above it', async () => {
    const out = join(folderWith({}), 'a', 'b')

    const folder = await createRunFolder(out, 'liver', minute)

    expect(folder).toBe(join(out, 'liver-20261104-0608'))
    expect(readdirSync(out)).toEqual(['liver-20261104-0608'])
  })

  test('gets a number in the same minute, and never takes a folder that exists', async () => {
    const out = folderWith({ 'liver-20261104-0608-2/kept': '' })

    const folders = [
      await createRunFolder(out, 'liver', minute),
      await createRunFolder(out, 'liver', minute),
      await createRunFolder(out, 'brain', minute),
    ]

    expect(folders.map(folder => folder.slice(out.length + 1))).toEqual([
      'liver-20261104-0608',
      'liver-20261104-0608-3',
      'brain-20261104-0608',
    ])
  })

  test('is known by its name', () => {
    const names = [
      '/runs/a-b-20261104-0608',
      '/runs/a-20261104-0608-12',
      '/runs/20261104',
      '/runs/a-20261104-06',
    ]

    expect(names.map(isRunFolder)).toEqual([true, true, false, false])
  })
})

describe('what --resume means', () => {
  const latest = 'medsam_lite_latest.pth'

  test('is the file, or the latest checkpoint of a run folder, whatever that is called', async () => {
    const out = folderWith({ 'renamed/medsam_lite_latest.pth': '', 'renamed/medsam_lite_best.pth': '' })
    const best = join(out, 'renamed', 'medsam_lite_best.pth')

    expect(await checkpointToResume(best)).toBe(best)
    expect(await checkpointToResume(join(out, 'renamed'))).toBe(join(out, 'renamed', latest))
  })

  test('is the newest run by date, not by task, and by number within a minute', async () => {
    const out = folderWith({
      [`zebra-20261103-2359/${latest}`]: '',
      [`liver-20261104-0608/${latest}`]: '',
      [`liver-20261104-0608-2/${latest}`]: '',
      [`liver-20261104-0608-10/${latest}`]: '',
    })

    expect(await checkpointToResume(out)).toBe(join(out, 'liver-20261104-0608-10', latest))
  })

  test('passes over a newer run that stopped before its first checkpoint', async () => {
    const out = folderWith({
      [`a-20261104-0608/${latest}`]: '',
      'a-20261104-0700/config.json': '{}',
      [`not a run/${latest}`]: '',
    })

    expect(await checkpointToResume(out)).toBe(join(out, 'a-20261104-0608', latest))
  })

  test('is refused with the folder’s name where there is nothing, or no such path', async () => {
    const out = folderWith({})
    mkdirSync(join(out, 'a-20261104-0608'))

    await expect(checkpointToResume(out)).rejects.toMatchObject({
      code: 'NOTHING_TO_RESUME',
      data: { file: out },
    })
    await expect(checkpointToResume(join(out, 'x'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      data: { file: join(out, 'x') },
    })
  })
})

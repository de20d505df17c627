import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAppState } from '../../../../src/main/files/app-state'
import { folderWith } from '../support/folders'

const project = (folder: string) => ({
  ...{ name: folder, folder, slices: 3, done: 1, openedAt: '2026-01-02T03:04:05.678Z', version: null },
})

describe('what is kept for the user', () => {
  it('begins with defaults, and makes its folder only when something is kept', async () => {
    const folder = join(folderWith({}), 'not there yet')
    const app = await openAppState(folder)

    expect(app.settings()).toMatchObject({
      language: 'auto',
      theme: 'dark',
      cacheGigabytes: 4,
      threads: null,
    })
    expect(app.recent()).toEqual([])
    expect(app.measured('any')).toBeNull()
    expect(existsSync(folder)).toBe(false)
  })

  it('is there the next time', async () => {
    const folder = folderWith({})
    const app = await openAppState(folder)
    const figures = { secondsPerSlice: 1.5, millisecondsPerMask: 20, measuredAt: '2026-01-02T03:04:05.678Z' }
    await Promise.all([
      app.changeSettings({ reviewer: 'A. Reader' }),
      app.remember(project('/a')),
      app.remember(project('/b')),
      app.remember({ ...project('/a'), done: 2 }),
      app.keepMeasured('efficientsam-ti-medical', figures),
    ])
    await app.forget('/b')

    const again = await openAppState(folder)

    expect(again.settings().reviewer).toBe('A. Reader')
    expect(again.recent()).toEqual([{ ...project('/a'), done: 2 }])
    expect(again.measured('efficientsam-ti-medical')).toEqual(figures)
  })

  it('of two programs is not written over by either', async () => {
    const folder = folderWith({})
    const [one, other] = [await openAppState(folder), await openAppState(folder)]

    await one.remember(project('/a'))
    await other.changeSettings({ theme: 'light' })

    const again = await openAppState(folder)
    expect([again.settings().theme, again.recent().length]).toEqual(['light', 1])
  })

  it.each([
    ['cut off', '{"settings": {"theme": "li'],
    ['of other values', '{"settings": {"theme": "purple"}}'],
    ['of another kind', '[]'],
  ])('is put aside where the file is %s, and begins anew', async (_, text) => {
    const folder = folderWith({ 'state.json': text })

    const app = await openAppState(folder)
    await app.changeSettings({ theme: 'light' })

    expect((await openAppState(folder)).settings().theme).toBe('light')
    expect(readFileSync(join(folder, 'state.json.damaged'), 'utf8')).toBe(text)
  })
})

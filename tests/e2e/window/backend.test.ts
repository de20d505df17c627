import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { Project } from '../../../src/shared/domain/project'
import { answersAfter, callFromPage } from './call-from-page'
import type { ElectronStandIn } from './electron-stand-in'
import { useApp } from './with-app'

const withApp = useApp()
const patience = { timeout: 30_000 }

/** What the page was told of the backend, from now on. */
async function heard(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const states: string[] = []
    Object.assign(window, { heardStates: states })
    window.slicetune?.onBackend(state => states.push(state))
  })
  return () => page.evaluate(() => (window as unknown as { heardStates: string[] }).heardStates)
}

async function crash(electron: ElectronStandIn): Promise<void> {
  const backends = electron.backends.length
  electron.backends.at(-1)?.crash()
  await expect
    .poll(() => electron.backends.length + Number(electron.backends.at(-1)?.pid === undefined), patience)
    .toBe(backends + 1)
}

test('the page calls the backend in its own process, and shows pixels that it serves', async () => {
  await withApp({}, async (electron, page) => {
    const states = await heard(page)
    await expect.poll(states, patience).toEqual(expect.arrayContaining(['ready']))
    expect(electron.backends[0]?.pid).not.toBe(process.pid)

    const info = await callFromPage(page, '/system/info')
    expect(info).toMatchObject({
      status: 200,
      body: { door: 'window', capabilities: { dialogs: true, reveal: true, droppedPaths: true } },
    })
    const { id } = Project.parse((await callFromPage(page, '/projects/openSample')).body)
    const slices = z
      .array(z.object({ id: z.int() }))
      .parse((await callFromPage(page, '/slices/list', { project: id })).body)
    const pixels = await page.evaluate(async path => {
      const answer = await fetch(path)
      return { status: answer.status, bytes: (await answer.arrayBuffer()).byteLength }
    }, `/blob/pixels/${id}/${slices[0]?.id}`)
    expect(pixels.status).toBe(200)
    expect(pixels.bytes).toBeGreaterThan(1000)
  })
})

test('errors keep their code and data on the way to the page', async () => {
  await withApp({}, async (_electron, page) => {
    await expect.poll(await heard(page), patience).toContain('ready')

    const answer = await callFromPage(page, '/projects/open', { folder: '/nowhere/at/all' })

    expect(answer).toMatchObject({ status: 422, body: { defined: true, code: 'FOLDER_NOT_FOUND' } })
    expect(await callFromPage(page, '/projects/open', { folder: 7 })).toMatchObject({ status: 400 })
  })
})

test('a channel is closed by a message that is none, and the backend lives on', async () => {
  await withApp({}, async (electron, page) => {
    await expect.poll(await heard(page), patience).toContain('ready')
    const call = '{"i":"1","p":{"u":"/projects/recent","b":{}}}'

    expect(await answersAfter(page, call)).toBe(true)
    for (const message of [
      'drop table',
      { i: '1', p: { u: '/projects/recent' } },
      new Uint8Array([1, 2]),
      null,
    ])
      expect(await answersAfter(page, message)).toBe(false)

    expect((await callFromPage(page, '/projects/recent')).status).toBe(200)
    expect(electron.backends).toHaveLength(1)
  })
})

test('a backend that dies is started again, and the page is told', async () => {
  await withApp({}, async (electron, page) => {
    const states = await heard(page)
    await expect.poll(states, patience).toContain('ready')
    const { folder } = Project.parse((await callFromPage(page, '/projects/openSample')).body)

    await crash(electron)

    await expect.poll(states, patience).toEqual(expect.arrayContaining(['ready', 'restarting']))
    await expect.poll(async () => (await states()).at(-1), patience).toBe('ready')
    expect(electron.backends).toHaveLength(2)
    expect(await callFromPage(page, '/projects/open', { folder })).toMatchObject({ status: 200 })
  })
})

test('one that dies again and again is left alone after three more starts', async () => {
  await withApp({ expected: /503/ }, async (electron, page) => {
    const states = await heard(page)
    for (let life = 1; life <= 4; life++) {
      await expect.poll(async () => (await states()).at(-1), patience).toBe('ready')
      expect(electron.backends).toHaveLength(life)
      await crash(electron)
      if (life < 4)
        await expect.poll(async () => (await states()).filter(s => s === 'restarting').length).toBe(life)
    }

    await expect.poll(async () => (await states()).at(-1), patience).toBe('stopped')
    expect(electron.backends).toHaveLength(4)
    expect(await page.evaluate(async () => (await fetch('/blob/pixels/a/1')).status)).toBe(503)
    expect(await answersAfter(page, '{"i":"1","t":4}')).toBe(false)
  })
})

test('the computer stays awake while a run trains, and quitting saves the run', async () => {
  await withApp({}, async (electron, page) => {
    await expect.poll(await heard(page), patience).toContain('ready')
    const { id: project } = Project.parse((await callFromPage(page, '/projects/openSample')).body)
    expect(electron.blockers.size).toBe(0)

    const run = await callFromPage(page, '/training/start', {
      ...{ project, preset: 'quick', changes: {}, name: null, allowSharedGroup: true },
    })
    expect(run).toMatchObject({ status: 200 })
    await expect.poll(() => [...electron.blockers.values()], patience).toEqual(['prevent-app-suspension'])

    electron.app.quit()
    await expect.poll(() => electron.hasQuit(), { timeout: 60_000 }).toBe(true)
    expect(electron.blockers.size).toBe(0)
  })
})

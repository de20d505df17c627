import type { Locator, Page } from 'playwright-core'
import type { AppWorld } from './app-suite'
import { writeLargePicture, writeManyPlanes } from './pictures'
import { framesDuring, timeToMask, timeToOtherPicture, waitForMask } from './stage-timer'

export interface AppRow {
  readonly name: string
  readonly figures: Readonly<Record<string, number>>
  readonly unit: string
  readonly limit: string
  readonly isMet: boolean
}

const boxes = 30
const changes = 20
const openMs = 1000

/** Box release to mask painted, on an encoded slice of the sample. */
export async function boxRow({ page, app }: AppWorld): Promise<AppRow[]> {
  const { id } = await app.api.projects.openSample()
  for await (const { state } of await app.api.encoding.watch({ project: id })) if (state === 'done') break
  await page
    .getByRole('button', { name: /sample/i })
    .first()
    .click()
  const stage = await stageOf(page)
  await page.keyboard.press('b')
  const times: number[] = []
  for (let box = 0; box < boxes; box++) {
    const [x, y] = [stage.x + stage.width * 0.3 + 3 * box, stage.y + stage.height * 0.4]
    const inside = { x: x + 20, y: y + 20, width: 160, height: 120 }
    await waitForMask(page, inside, false)
    const ms = await timeToMask(page, inside, async () => {
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 200, y + 160)
      await page.mouse.up()
    })
    times.push(ms)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  }
  const [median, p95] = [percentile(times, 50), percentile(times, 95)]
  const limit = 'median at most 100 ms, p95 at most 150 ms'
  const isMet = median <= 100 && p95 <= 150
  return [{ name: 'box-to-mask', figures: { median, p95 }, unit: 'ms', limit, isMet }]
}

/** A key to another slice painted: those that were shown before, and those that were not. */
export async function sliceChangeRow({ page }: AppWorld): Promise<AppRow[]> {
  await stageOf(page)
  const times: number[] = []
  for (let change = 0; change < changes; change++) {
    times.push(await timeToOtherPicture(page, 'PageDown'))
    await page.waitForTimeout(200)
  }
  const [median, p95] = [percentile(times, 50), percentile(times, 95)]
  const limit = 'p95 at most 100 ms'
  return [{ name: 'slice-change', figures: { median, p95 }, unit: 'ms', limit, isMet: p95 <= 100 }]
}

/** Frames while a brush is drawn over a slice of 2048 x 2048. */
export async function brushRow({ page, app, home }: AppWorld): Promise<AppRow[]> {
  await projectWith('Large', writeLargePicture(home), { page, app, home })
  const stage = await stageOf(page)
  await page.keyboard.press('r')
  const frames = await framesDuring(page, async () => {
    await page.mouse.move(stage.x + stage.width * 0.3, stage.y + stage.height / 2)
    await page.mouse.down()
    for (let step = 0; step < 200; step++) {
      const angle = step / 12
      await page.mouse.move(
        stage.x + stage.width * (0.5 + 0.2 * Math.cos(angle)),
        stage.y + stage.height * (0.5 + 0.2 * Math.sin(angle)),
      )
    }
    await page.mouse.up()
  })
  const mean = frames.reduce((sum, time) => sum + time, 0) / frames.length
  const figures = { mean: 1000 / mean, slowest: 1000 / percentile(frames, 95) }
  return [
    { name: 'brush-2048', figures, unit: 'fps', limit: 'mean at least 50 fps', isMet: 1000 / mean >= 50 },
  ]
}

/** A project of 10,000 slices: until its list and a slice are there, and frames while the list is scrolled. */
export async function manySlicesRows({ page, app, home }: AppWorld): Promise<AppRow[]> {
  const opened = await projectWith('Many', writeManyPlanes(home), { page, app, home })
  const list = page.locator('[data-landmark="list"]').first()
  await list.hover()
  const frames = await framesDuring(page, async () => {
    for (let step = 0; step < 60; step++) {
      await page.mouse.wheel(0, 900)
      await page.waitForTimeout(16)
    }
  })
  const slowest = percentile(frames, 95)
  return [
    {
      ...{ name: 'open-10000', figures: { once: opened }, unit: 'ms' },
      ...{ limit: `at most ${openMs} ms`, isMet: opened <= openMs },
    },
    {
      ...{ name: 'scroll-10000', figures: { p95: slowest }, unit: 'ms a frame' },
      ...{ limit: 'p95 at most 34 ms', isMet: slowest <= 34 },
    },
  ]
}

/** @returns milliseconds from the click on the project to its first slice */
export async function projectWith(name: string, file: string, { page, app }: AppWorld): Promise<number> {
  const { id } = await app.api.projects.create({ name, folder: null })
  for await (const event of await app.api.imports.add({ project: id, paths: [file], copy: false }))
    if (event.event === 'report' && event.slices === 0) throw new Error(`${file} was not imported`)
  await app.api.projects.close({ project: id })
  await page.goto(new URL('/#/', page.url()).href)
  await page.reload()
  const start = Date.now()
  await page.getByRole('button', { name }).first().click()
  await stageOf(page)
  return Date.now() - start
}

interface Area {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the stage is, once it shows a slice. */
async function stageOf(page: Page): Promise<Area> {
  const stage: Locator = page.locator('[data-landmark="stage"]')
  await stage.waitFor()
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.lower-canvas')
    const middle = canvas?.getContext('2d')?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data
    return middle !== undefined && middle[3] !== 0
  })
  const box = await stage.boundingBox()
  if (!box) throw new Error('The stage is not visible')
  await stage.focus()
  return box
}

function percentile(values: readonly number[], percent: number): number {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.min(ascending.length - 1, Math.floor((percent / 100) * ascending.length))] ?? NaN
}

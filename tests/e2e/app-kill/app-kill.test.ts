import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { random } from '../../../src/core/random'
import { connectApp, type AppClient } from '../app-client'
import { startAppServer, type AppServer } from '../app-server'
import type { Ledger, Moment } from './work'
import { annotateUntilGone, exportUntilGone, importUntilGone, masksOf, moments, trainUntilGone } from './work'

/** How often the program is killed while it annotates, trains, imports and exports; fifty and more by hand. */
const kills = Number(process.env['KILLS'] ?? moments.length)
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31)
/** A kind of moment comes up after so many sightings at most, and the strike falls up to so much later. */
const [sightings, delayMs] = [4, 40]
/** None of the work may hang: a moment that does not come by then is a fault. */
const patienceMs = 120_000

const home = mkdtempSync(join(tmpdir(), 'slicetune-kill-'))
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

interface Opened {
  readonly server: AppServer
  readonly client: AppClient
  readonly project: string
  readonly folder: string
}

async function openAgain(): Promise<Opened> {
  const server = await startAppServer({ home })
  const client = await connectApp(server)
  const { id, folder, mode } = await client.api.projects.openSample()
  expect(mode, 'the lock of a killed process is no lock').toBe('edit')
  return { server, client, project: id, folder }
}

/** Works until the drawn moment, kills, and waits for every call to have failed. */
async function workAndKill(opened: Opened, turn: number, ledger: Ledger): Promise<Moment> {
  const draw = random(seed, turn, 'strike')
  const aim = moments[turn % moments.length] ?? 'edit'
  let left = draw.integer(1, sightings)
  let strike = (): void => undefined
  const struck = new Promise<void>(resolve => (strike = resolve))
  const at = (moment: Moment): void => {
    if (moment === aim && --left === 0) setTimeout(() => strike(), draw.integer(0, delayMs))
  }
  const work = { client: opened.client, project: opened.project, ledger, seed: turn, at }
  const faults: unknown[] = []
  let isKilled = false
  const until = (job: Promise<void>): Promise<void> =>
    job.catch((error: unknown) => {
      if (!isKilled) faults.push(error)
      if (!isKilled) strike()
    })
  const images = join(import.meta.dirname, '../../../resources/sample/fetal-head-us/val/masks')
  const jobs = [until(annotateUntilGone(work)), until(trainUntilGone(work))]
  if (aim === 'export') jobs.push(until(exportUntilGone(work)))
  if (aim === 'import') jobs.push(until(importUntilGone(work, [images])))
  const timer = setTimeout(() => {
    faults.push(new Error(`The moment "${aim}" did not come within ${patienceMs / 1000} s`))
    strike()
  }, patienceMs)
  await struck
  clearTimeout(timer)
  isKilled = true
  await opened.server.kill()
  opened.client.close()
  await Promise.race([Promise.all(jobs), new Promise(resolve => setTimeout(resolve, 2000))])
  expect(faults, opened.server.output()).toEqual([])
  return aim
}

/** Everything that was answered is there; of the action in flight either nothing or all. */
async function checkNothingLost({ client, project, folder }: Opened, ledger: Ledger): Promise<void> {
  const database = new Database(join(folder, 'project.sqlite'), { readonly: true })
  expect(database.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(database.pragma('foreign_key_check')).toEqual([])
  database.close()
  for (const [slice, masks] of ledger.answered) {
    const found = masksOf(await client.api.slices.get({ project, slice }))
    const mayBe = [masks, ...(ledger.inFlight?.slice === slice ? [ledger.inFlight.masks] : [])]
    expect(mayBe).toContain(found)
  }
}

test(
  `nothing that was saved is lost when the program is killed at ${kills} moments`,
  { timeout: (kills + 1) * 240_000 },
  async () => {
    const struck: Moment[] = []
    for (let turn = 0; turn < kills; turn++) {
      const ledger: Ledger = { answered: new Map(), inFlight: null }
      struck.push(await workAndKill(await openAgain(), turn, ledger))
      const again = await openAgain()
      await checkNothingLost(again, ledger)
      again.client.close()
      expect(await again.server.stop(), again.server.output()).toBe(0)
    }
    const counts = moments.map(moment => `${moment} ${countOf(moment, struck)}`)
    process.stdout.write(`Killed at: ${counts.join(', ')}\n`)
    if (kills >= moments.length) expect(new Set(struck).size).toBe(moments.length)

    const last = await openAgain()
    await finishTraining(last)
    last.client.close()
    expect(await last.server.stop(), last.server.output()).toBe(0)
  },
)

const countOf = (moment: Moment, struck: readonly Moment[]): number =>
  struck.filter(one => one === moment).length

/** A run that was cut off goes on and comes to its end. */
async function finishTraining({ client: { api }, project }: Opened): Promise<void> {
  for (const { id, state } of await api.training.list({ project })) {
    if (state !== 'cut-off' && state !== 'paused') continue
    await api.training.resume({ project, run: id })
    for await (const event of await api.training.watch({ project, run: id })) expect(event.event).toBeTruthy()
  }
  const states = new Set((await api.training.list({ project })).map(({ state }) => state))
  expect([...states]).toEqual(['finished'])
}

import { rmSync } from 'node:fs'
import type { AppRow } from './app-rows'
import { projectWith } from './app-rows'
import type { AppWorld } from './app-suite'
import type { CtForm } from './large-ct'
import { ctPlanes, writeLargeCt } from './large-ct'
import { picturesDuring } from './stage-timer'

const [openMs, slicesASecond, mostBytes] = [2000, 20, 2 ** 30]
const scrollMs = 5000
/** Keys come faster than slices have to */
const keyMs = 25

/** A CT of 512 x 512 x 1000: until its first slice is there, slices that are seen while a key is held, and memory. */
export async function volumeRows(world: AppWorld): Promise<AppRow[]> {
  const rows: AppRow[] = []
  for (const form of ['nii', 'nii.gz', 'dicom'] as const) rows.push(...(await formRows(world, form)))
  return rows
}

async function formRows({ page, app, home }: AppWorld, form: CtForm): Promise<AppRow[]> {
  const file = await writeLargeCt(home, form)
  const opened = await projectWith(`Volume ${form}`, file, { page, app, home })
  const pictures = await picturesDuring(page, async () => {
    // As a key that is held: the next one does not wait until the page has dealt with the one before.
    const pressed: Promise<void>[] = []
    for (const start = Date.now(); Date.now() - start < scrollMs;) {
      pressed.push(page.keyboard.press('PageDown'))
      await new Promise(resolve => setTimeout(resolve, keyMs))
    }
    await Promise.all(pressed)
  })
  const peak = app.peakBytes()
  rmSync(file, { recursive: true })
  const name = `volume-${ctPlanes}-${form}`
  const rate = (1000 * pictures) / scrollMs
  return [
    {
      ...{ name: `${name}-open`, figures: { once: opened }, unit: 'ms' },
      ...{ limit: `at most ${openMs} ms`, isMet: opened <= openMs },
    },
    {
      ...{ name: `${name}-scroll`, figures: { mean: rate }, unit: 'slices a second' },
      ...{ limit: `at least ${slicesASecond}`, isMet: rate >= slicesASecond },
    },
    {
      ...{ name: `${name}-memory`, figures: { peak: peak / 2 ** 20 }, unit: 'MiB' },
      ...{ limit: 'peak of the backend at most 1024 MiB', isMet: peak <= mostBytes },
    },
  ]
}

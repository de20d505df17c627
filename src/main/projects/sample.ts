import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SliceRecord } from '../datasets'
import { discoverDataset } from '../datasets'
import { systemCode } from '../files/write-atomically'
import { importFile } from './import-file'
import { databaseName, makeProject } from './project-folder'

export const sampleSlices = 50
/** Enough to fine-tune on, few enough to leave something to do. */
export const sampleAnnotated = 10

const sampleName = 'Fetal head ultrasound'
const labelName = 'Fetal head'

/** Makes the bundled sample a project of its own; its pixels are copied, and what is bundled is only read. */
export async function makeSample(resources: string, folder: string): Promise<void> {
  const { slices } = await discoverDataset(join(resources, 'sample', 'fetal-head-us'))
  const annotated = new Set(evenly(slices, sampleAnnotated))
  await removeLeftOver(folder)
  const beside = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    await makeProject(beside, sampleName, async store => {
      store.transaction(() => store.labels.add(labelName))
      const target = { store, folder: beside, copy: true, labelName: () => labelName }
      for (const record of slices) {
        const { imageFile: file, spacingMm, group } = record
        const maskFile = annotated.has(record) ? record.maskFile : null
        await importFile({ file, maskFile, spacingMm, group }, target)
      }
    })
    await rename(beside, folder)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    // Another SliceTune was faster.
    if (!existsSync(join(folder, databaseName))) throw error
  }
}

/** What was being made when its process was killed. */
async function removeLeftOver(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    const pid = /^(\d+)-[0-9a-f]{8}\.tmp$/.exec(name.slice(basename(folder).length + 1))?.[1]
    if (pid === undefined || !name.startsWith(`${basename(folder)}.`) || isRunning(Number(pid))) continue
    await rm(join(dirname(folder), name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM' // it runs, as somebody else
  }
}

/** From the first to the last, at equal distances. */
function evenly(slices: readonly SliceRecord[], count: number): SliceRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const at = Math.round((index * (slices.length - 1)) / (count - 1))
    return slices[at] ?? []
  }).flat()
}

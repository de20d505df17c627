import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openAppState } from '../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../src/main/projects/create-open-projects'
import { describeSlice } from '../../../../src/main/projects/describe-slice'
import type { OpenProjects } from '../../../../src/main/projects/open-projects'
import { sliceSource } from '../../../../src/main/projects/slice-source'
import { folderWith } from '../support/folders'

const resources = join(import.meta.dirname, '../../../../resources')

async function projectsIn(folder: string): Promise<OpenProjects> {
  return createOpenProjects({ app: await openAppState(folder), resources })
}

describe('the sample', () => {
  it('opens with fifty slices, ten of them annotated, and is the same project the next time', async () => {
    const home = folderWith({})
    const first = await projectsIn(home)

    const session = await first.openSample()

    const project = await session.describe()
    expect(project).toMatchObject({
      mode: 'edit',
      lookReason: null,
      isOnShare: false,
      labels: [{ name: 'Fetal head', colour: 1, key: 1 }],
      counts: { 'to-do': 40, done: 10 },
      model: 'efficientsam-ti-medical',
      undo: { undo: null, redo: null },
    })
    expect(project.series).toHaveLength(50)
    expect(project.series.every(({ missing }) => missing === null)).toBe(true)
    const slices = session.store.slices.summaries()
    expect(slices.filter(({ objects }) => objects === 1)).toHaveLength(10)

    const label = session.store.labels.add('Skull')
    await first.dispose()
    const again = await (await projectsIn(home)).openSample()
    expect(again.store.labels.list().map(({ id }) => id)).toContain(label.id)
    expect(again.store.slices.summaries()).toEqual(slices)
  })

  it('knows the size, the spacing and the window of a slice', async () => {
    const projects = await projectsIn(folderWith({}))
    const session = await projects.openSample()
    const first = session.store.slices.summaries()[0]

    const slice = await describeSlice(session, first?.id ?? 0)

    expect(slice.name).toBe('005_HC')
    expect(slice.spacingMm).toEqual({ x: 0.115813952546, y: 0.115813952546 })
    expect(slice.sampleType).toBe('uint8')
    expect(slice.channels).toBe(1)
    expect(slice.annotations).toMatchObject([{ status: 'accepted', origin: 'imported' }])
    const file = sliceSource(session, slice.id).imageFile
    expect(file.startsWith(session.folder)).toBe(true)
    const bundled = join(resources, 'sample/fetal-head-us/train/images/005_HC.png')
    expect(readFileSync(file).equals(readFileSync(bundled))).toBe(true)
    await projects.dispose()
  })

  it('is made once by two programs at a time, and what a killed one left goes', async () => {
    const home = folderWith({ 'projects/sample.999999999-0123abcd.tmp/images/half.png': '' })
    const [one, other] = [await projectsIn(home), await projectsIn(home)]

    const sessions = await Promise.all([one.openSample(), other.openSample()])

    expect(sessions.map(({ mode }) => mode).sort()).toEqual(['edit', 'look'])
    expect(sessions.map(({ store }) => store.slices.summaries().length)).toEqual([50, 50])
    expect(readdirSync(join(home, 'projects'))).toEqual(['sample'])
    await one.dispose()
    await other.dispose()
  })
})

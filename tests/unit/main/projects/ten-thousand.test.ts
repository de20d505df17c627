import { describe, expect, it } from 'vitest'
import { tenThousandSlices } from '../../../../bench/app/generated-project'
import { folderWith } from '../support/folders'
import { openProjectsIn } from '../support/small-project'

describe('a project of ten thousand slices', () => {
  it('opens, with its list, in a second of computing', async () => {
    const home = folderWith({})
    const folder = await tenThousandSlices(home)
    const projects = await openProjectsIn(home)
    const before = process.cpuUsage()

    const session = await projects.open(folder)
    const project = await session.describe()
    const slices = session.store.slices.summaries()

    const { user, system } = process.cpuUsage(before)
    expect(slices).toHaveLength(10_000)
    expect(project.series).toHaveLength(10_000)
    expect(slices.filter(({ objects }) => objects === 1)).toHaveLength(5000)
    // Time of the processor, not of the clock: other tests run beside this one.
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})

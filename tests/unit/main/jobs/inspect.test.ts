import { describe, expect, it } from 'vitest'
import { inspect } from '../../../../src/main/jobs/inspect'
import { StopFlag } from '../../../../src/main/workers/stop-flag'
import { FileEvent } from '../../../../src/shared/domain/events'
import { zooPath } from '../codecs/zoo'

describe('inspecting files', () => {
  it('says one thing about each, goes on after one that is broken, and tells of it in the end', async () => {
    const files = ['dicom-broken/badVR.dcm', 'dicom/CT_small.dcm', 'none.dcm'].map(path => zooPath({ path }))
    const events: unknown[] = []

    const all = (async () => {
      for await (const event of inspect({ files }, { stop: new StopFlag() }))
        events.push(FileEvent.parse(event))
    })()

    await expect(all).rejects.toMatchObject({
      code: 'ITEMS_REFUSED',
      data: { refused: 2, total: 3 },
      exitCode: 3,
    })
    expect(events).toMatchObject([
      { file: files[0], error: { code: 'CORRUPT_FILE' } },
      { file: files[1], format: 'dicom', shape: [128, 128], scale: { slope: 1, intercept: -1024 } },
      { file: files[2], error: { code: 'FILE_NOT_FOUND' } },
    ])
  })

  it('tells of the patient by a hash only', async () => {
    const files = [zooPath({ path: 'dicom/CT_small.dcm' })]
    const events: unknown[] = []
    for await (const event of inspect({ files }, { stop: new StopFlag() })) events.push(event)

    const [event] = events
    expect(event).toMatchObject({ group: expect.stringMatching(/^patient-[0-9a-f]{12}$/) as string })
    expect(JSON.stringify(event)).not.toContain('1CT1')
  })
})

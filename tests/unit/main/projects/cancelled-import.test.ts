import { expect, it } from 'vitest'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ImportEvent } from '../../../../src/shared/contract/imports'
import { folderWith } from '../support/folders'
import { smallProject } from '../support/small-project'

it('hears that it is not wanted any more while it still looks for files', async () => {
  const { session } = await smallProject(0)
  const folder = folderWith(
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}/a.png`, 'x'])),
  )
  const asked = new AbortController()
  let looks = 0
  const signal = new Proxy(asked.signal, {
    get: (target, name) => {
      if (name === 'aborted' && ++looks === 5) asked.abort()
      return Reflect.get(target, name, target) as unknown
    },
  })

  const events: ImportEvent[] = []
  for await (const event of importFiles(session, { paths: [folder], copy: true, signal })) events.push(event)

  expect(looks).toBeLessThan(20)
  expect(events).toEqual([expect.objectContaining({ event: 'report', ready: 0, failed: 0 })])
})

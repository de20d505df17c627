import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findAppRoot } from '../../../src/main/files/app-root'
import { zoo } from '../main/codecs/zoo'
import { formatsDocument } from './formats-document'

test('the page of formats says what the readers make of every file of the zoo', async () => {
  const page = await formatsDocument()

  for (const { path } of zoo) expect(page).toContain(`\`${path}\``)
  await expect(page).toMatchFileSnapshot(join(findAppRoot(import.meta.dirname).folder, 'docs', 'formats.md'))
})

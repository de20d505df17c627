import { expect, it } from 'vitest'
import { exportsDocument } from './exports-document'

it('docs/exports.md is what the exporters are', async () => {
  await expect(exportsDocument()).toMatchFileSnapshot('../../../docs/exports.md')
})

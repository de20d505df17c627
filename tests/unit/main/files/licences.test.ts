import { describe, expect, it } from 'vitest'
import { collectLicences } from '../../../../scripts/licences.mjs'
import { readLicences } from '../../../../src/main/files/licences'

describe('the licences of the About page', () => {
  it('name every package that the source imports: else run "node scripts/licences.mjs"', async () => {
    const shown = new Map((await readLicences()).map(licence => [licence.name, licence]))

    const missing = collectLicences().filter(({ name, licence }) => shown.get(name)?.licence !== licence)

    expect(missing).toEqual([])
  })

  it('hold those of SliceTune, its models and its sample, with words', async () => {
    const shown = await readLicences()

    expect(shown.map(({ name }) => name)).toEqual(expect.arrayContaining(['SliceTune', 'HC18', 'zod', 'vue']))
    expect(shown.filter(({ text }) => text.trim() === '')).toEqual([])
  })
})

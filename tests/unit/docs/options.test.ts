import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findAppRoot } from '../../../src/main/files/app-root'
import { TrainingRecipe } from '../../../src/shared/domain/training-options'
import { optionsDocument } from './options-document'

test('the page of options says what the schema says', async () => {
  const file = join(findAppRoot(import.meta.dirname).folder, 'docs', 'generated', 'options.md')

  await expect(optionsDocument()).toMatchFileSnapshot(file)
})

test('it has every option in a row of its own, with default, range and reason', () => {
  const rows = optionsDocument().split('\n')

  for (const name of Object.keys(TrainingRecipe.shape)) {
    const flag = `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
    const [row, ...others] = rows.filter(line => line.startsWith(`| \`${flag}\` |`))
    const cells = row?.split(' | ') ?? []
    expect(others, flag).toEqual([])
    expect(cells, flag).toHaveLength(9)
    expect(
      cells.slice(3).every(text => text.trim() !== ''),
      flag,
    ).toBe(true)
  }
})

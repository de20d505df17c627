import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { EditAction } from '../../../src/shared/domain/project'
import { SliceState } from '../../../src/shared/domain/slice'
import { errorTable } from '../../../src/shared/errors'

const folder = join(import.meta.dirname, '../../../src/renderer/src/locales')
const sentences = z.record(z.string(), z.string())
const areas = readdirSync(join(folder, 'en')).sort()

const read = (language: string, area: string): Record<string, string> =>
  sentences.parse(JSON.parse(readFileSync(join(folder, language, area), 'utf8')))

const all = (language: string): Record<string, string> =>
  Object.assign({}, ...areas.map(area => read(language, area))) as Record<string, string>

const placeholders = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort()

test('both languages have the same areas', () => {
  expect(readdirSync(join(folder, 'zh-CN')).sort()).toEqual(areas)
})

describe.each(areas)('%s', area => {
  test('has every sentence in both languages, and none of them is empty', () => {
    const [english, chinese] = [read('en', area), read('zh-CN', area)]

    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort())
    expect(Object.entries({ ...english }).filter(([, text]) => text.trim() === '')).toEqual([])
    expect(Object.entries({ ...chinese }).filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('names only values that the English sentence has, too', () => {
    const [english, chinese] = [read('en', area), read('zh-CN', area)]

    const strange = Object.entries(chinese).filter(([key, text]) =>
      placeholders(text).some(name => !placeholders(english[key] ?? '').includes(name)),
    )
    expect(strange).toEqual([])
  })
})

test('no key belongs to two areas, where one would hide the other', () => {
  const keys = areas.flatMap(area => Object.keys(read('en', area)))
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
})

test.each(['en', 'zh-CN'])('%s uses no sign that the library would take for its own', language => {
  const special = Object.entries(all(language)).filter(
    ([, text]) =>
      /@/.test(text) || (text.includes('|') && !text.includes('{n}') && !/^[^|]+\|[^|]+$/.test(text)),
  )
  expect(special).toEqual([])
})

test.each(['en', 'zh-CN'])('%s says every error, every state and every step of undo', language => {
  const keys = Object.keys(all(language))

  expect(keys).toEqual(expect.arrayContaining(Object.keys(errorTable).map(code => `errors.${code}`)))
  expect(keys).toEqual(expect.arrayContaining(EditAction.options.map(action => `undo.${action}`)))
  expect(keys).toEqual(expect.arrayContaining(SliceState.options.map(state => `review.state.${state}`)))
})

test('every error fills only values that it carries', () => {
  const carried = (code: keyof typeof errorTable): string[] => Object.keys(errorTable[code].data.shape)
  const strange = Object.keys(errorTable).filter(code => {
    const known = [...carried(code as keyof typeof errorTable), 'message']
    return placeholders(all('en')[`errors.${code}`] ?? '').some(name => !known.includes(name))
  })
  expect(strange).toEqual([])
})

describe.each(['en', 'zh-CN'])('%s says what to do in the app', language => {
  const sentences = Object.entries(all(language))

  test('never by a flag or a command of the command line', () => {
    expect(
      sentences.filter(([, text]) => /(^|[\s"“(])--[a-z]|slicetune (train|models|predict)/.test(text)),
    ).toEqual([])
  })

  test.each(Object.keys(errorTable))(
    'of %s, with all that English fills in but the kind of a thing',
    code => {
      const [here, english] = [language, 'en'].map(one => placeholders(all(one)[`errors.${code}`] ?? ''))

      expect(here).toEqual(english?.filter(name => name !== 'kind' || language === 'en'))
    },
  )
})

import { afterEach, expect, test } from 'vitest'
import { errorText, modelNames, problemText } from '../../../src/renderer/src/composables/error-text'
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatScore,
} from '../../../src/renderer/src/composables/format'
import { chosenLanguage, t } from '../../../src/renderer/src/locale'
import { pseudoText } from '../../../src/renderer/src/locales/pseudo'

afterEach(() => {
  chosenLanguage.value = 'en'
})

test('chooses between one and many, and writes the number as the language does', () => {
  chosenLanguage.value = 'en'
  expect(t('import.ready', { n: 1 })).toBe('1 slice is ready')
  expect(t('import.ready', { n: 12_345 })).toBe('12,345 slices are ready')

  chosenLanguage.value = 'zh-CN'
  expect(t('import.ready', { n: 1 })).toBe('1 张切片已就绪')
  expect(t('import.ready', { n: 12_345 })).toBe('12,345 张切片已就绪')
})

test('a sentence without values follows every change of the language', () => {
  const inEnglish = t('annotate.slices')
  chosenLanguage.value = 'zh-CN'
  const inChinese = t('annotate.slices')
  chosenLanguage.value = 'en'

  expect([inEnglish, inChinese, t('annotate.slices')]).toEqual(['Slices', '切片', 'Slices'])
})

test('puts values in as they are, whatever signs they hold', () => {
  chosenLanguage.value = 'en'
  expect(t('palette.none', { text: '{n} | @:x <b>' })).toBe('Nothing is called “{n} | @:x <b>”.')
})

test('says an error of the contract with its own values, in the chosen language', () => {
  const error = Object.assign(new Error('The disk is full: a.db could not be written.'), {
    code: 'DISK_FULL',
    data: { file: 'a.db' },
  })

  chosenLanguage.value = 'zh-CN'

  expect(errorText(error)).toEqual({ code: 'DISK_FULL', text: '磁盘已满：无法写入 a.db。请释放空间后重试。' })
})

test('calls what it does not know a fault of ours, with its words', () => {
  chosenLanguage.value = 'en'
  expect(errorText(new TypeError('x is not a function'))).toEqual({
    code: 'INTERNAL',
    text: 'This is a fault in SliceTune, not in your files. Report it with these words: x is not a function',
  })
  expect(errorText('text').code).toBe('INTERNAL')
})

test('writes durations, sizes and scores with their units', () => {
  chosenLanguage.value = 'en'
  expect([0.08, 0.9996, 1.9, 36, 59.7, 252, 3600, 7800].map(formatDuration)).toEqual([
    ...['80 ms', '1 s', '1.9 s', '36 s', '1 min', '4 min', '1 h', '2 h 10 min'],
  ])
  expect([0, 999, 4_000, 212_000_000, 1_234_000_000].map(formatBytes)).toEqual([
    ...['0 B', '999 B', '4 KB', '212 MB', '1.2 GB'],
  ])
  expect([formatScore(0.9), formatScore(null), formatScore(0.97234, 3)]).toEqual(['0.90', '–', '0.972'])
})

test('says how long ago in words, and older than a week by date', () => {
  chosenLanguage.value = 'en'
  const now = new Date('2026-11-24T12:00:00Z')
  const ago = (hours: number): string => formatAgo(new Date(now.getTime() - hours * 3_600_000), now)

  expect([ago(0), ago(2), ago(24), ago(24 * 8)]).toEqual([
    ...['just now', '2 hours ago', 'yesterday', 'Nov 16, 2026'],
  ])
})

test('marks a sentence for the search of text without a key, and makes it longer', () => {
  const marked = pseudoText('Open a folder')
  expect(marked).toMatch(/^⟦.+⟧$/)
  expect(marked.length).toBeGreaterThan('Open a folder'.length * 1.3)
})

test('says a problem of a stream in the chosen language, and an old one without its values as it was said', () => {
  chosenLanguage.value = 'zh-CN'
  const problem = { code: 'NOT_FINITE', message: 'The loss stopped; try a lower --learning-rate.' }

  expect(problemText({ ...problem, data: { epoch: 3, step: 7 } }).text).toContain('第 3 轮第 7 步')
  expect(problemText(problem).text).toBe(problem.message)
})

test('calls a model by its name, not by its ID', () => {
  modelNames.value = new Map([['run:1', 'v1']])

  const { text } = errorText({ code: 'NO_FINDER', message: '', data: { model: 'run:1' } })

  modelNames.value = new Map()
  expect(text).toMatch(/^v1 /)
})

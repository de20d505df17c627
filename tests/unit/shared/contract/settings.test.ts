import { expect, test } from 'vitest'
import { Settings, SettingsChange } from '../../../../src/shared/contract/system'

test('a change of one setting says nothing about the others', () => {
  expect(SettingsChange.parse({ theme: 'light' })).toEqual({ theme: 'light' })
})

test('every setting can be changed by itself', () => {
  expect(Object.keys(SettingsChange.shape)).toEqual(Object.keys(Settings.shape))
})

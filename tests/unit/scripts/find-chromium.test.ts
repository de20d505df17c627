import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findChromium } from '../../e2e/find-chromium'

const folder = mkdtempSync(join(tmpdir(), 'slicetune-browsers-'))
const browser = join(folder, 'chromium')
writeFileSync(browser, '#!/bin/sh\n')
chmodSync(browser, 0o755)
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('takes the browser that CHROMIUM_PATH names before any on the PATH', () => {
  expect(findChromium({ CHROMIUM_PATH: process.execPath, PATH: folder })).toBe(process.execPath)
})

test('says so when CHROMIUM_PATH names no program, rather than taking another', () => {
  expect(() => findChromium({ CHROMIUM_PATH: join(folder, 'none'), PATH: folder })).toThrow(
    /CHROMIUM_PATH names/,
  )
})

test.skipIf(process.platform === 'win32')('finds an installed browser on the PATH', () => {
  expect(findChromium({ PATH: folder })).toBe(browser)
})

import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

const names = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'msedge',
]

/** Where the installers put it on systems that do not have it on the PATH. */
const usualPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/**
 * The browser for the end-to-end tests: CHROMIUM_PATH, else an installed Chrome, Chromium or Edge, else Playwright's
 * own download, else Debian's package where we may install it. Without one the tests fail: they never skip.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['CHROMIUM_PATH']
  if (given !== undefined && given !== '') {
    if (runnable(given)) return given
    throw new Error(
      `CHROMIUM_PATH names ${given}, which is not a program. Set it to a Chromium, or unset it.`,
    )
  }
  const found =
    installed(env['PATH'] ?? '') ?? ownDownload() ?? (installOnDebian() ? installed('/usr/bin') : null)
  if (found !== null) return found
  throw new Error(
    'No Chromium was found and none could be installed, so the end-to-end tests cannot run. ' +
      'Install Chrome, Chromium or Edge, run "npx playwright-core install chromium", or set CHROMIUM_PATH.',
  )
}

function installed(path: string): string | null {
  const onPath = path.split(delimiter).flatMap(folder => names.map(name => join(folder, name)))
  return [...onPath, ...usualPlaces].find(runnable) ?? null
}

function ownDownload(): string | null {
  const path = chromium.executablePath()
  return runnable(path) ? path : null
}

function installOnDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  process.stderr.write('No Chromium was found: installing Debian’s (apt-get install chromium).\n')
  const run = (...args: string[]): boolean =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0
  return run('update', '-q') && run('install', '-y', '-q', 'chromium')
}

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

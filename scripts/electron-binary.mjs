import fs from 'node:fs'
import path from 'node:path'
import { root } from './setup/root.mjs'

/**
 * Where Electron's program lies, or null. Looks at files only: importing the package would start a download.
 *
 * @param {string} [packageFolder]
 * @param {Record<string, string | undefined>} [env]
 * @returns {string | null}
 */
export function electronBinary(
  packageFolder = path.join(root, 'node_modules', 'electron'),
  env = process.env,
) {
  try {
    // The package writes the program's path, which differs by platform, when it has fetched it.
    const folder = env['ELECTRON_OVERRIDE_DIST_PATH'] ?? path.join(packageFolder, 'dist')
    const name = readName(packageFolder)
    const program = path.join(folder, name)
    return fs.statSync(program).isFile() ? program : null
  } catch {
    return null
  }
}

/** @param {string} packageFolder */
function readName(packageFolder) {
  const noted = path.join(packageFolder, 'path.txt')
  if (fs.existsSync(noted)) return fs.readFileSync(noted, 'utf8').trim()
  const names = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }
  return process.platform in names ? names[/** @type {'win32' | 'darwin'} */ (process.platform)] : 'electron'
}

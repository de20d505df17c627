import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { withSetupLock } from './lock.mjs'
import { installFailure, npmCi } from './npm.mjs'
import { root } from './root.mjs'
import { say, SetupError } from './say.mjs'

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean, peer?: boolean }} LockEntry */

/**
 * Makes node_modules hold what the lock file says; does nothing where it already does.
 *
 * @param {string} node - the Node to run npm and install scripts with
 */
export async function ensurePackages(node) {
  if (packagesAreCurrent(root)) return
  await withSetupLock(async () => {
    if (packagesAreCurrent(root)) return // another set-up installed them while we waited
    say('Installing the packages of package-lock.json (about 0.5 GB on disk; a minute or two).')
    const result = await npmCi(node, root, 'Installing packages')
    if (result.code !== 0)
      throw new SetupError(installFailure('The packages could not be installed', result.log))
    fs.writeFileSync(stampFile(root), lockHash(root))
    say('Packages installed.')
  })
}

/**
 * By a stamp of the lock file's content; where a person ran npm themselves there is none, and what npm noted in
 * node_modules is compared with the lock instead.
 *
 * @param {string} folder
 */
export function packagesAreCurrent(folder) {
  const installed = readLock(path.join(folder, 'node_modules', '.package-lock.json'))
  if (installed === null) return false
  if (readText(stampFile(folder)) === lockHash(folder)) return true

  const wanted = readLock(path.join(folder, 'package-lock.json'))
  if (wanted === null)
    throw new SetupError(
      `${path.join(folder, 'package-lock.json')} is missing or damaged: check the file out again.`,
    )
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '') continue
    const there = installed[name]
    if (there === undefined && entry.optional === true) continue // for another platform
    if (there === undefined || there.version !== entry.version || there.integrity !== entry.integrity)
      return false
  }
  return Object.keys(installed).every(name => wanted[name] !== undefined)
}

/** @param {string} folder */
const stampFile = folder => path.join(folder, 'node_modules', '.slicetune-lock')

/** @param {string} folder */
const lockHash = folder =>
  createHash('sha256')
    .update(readText(path.join(folder, 'package-lock.json')) ?? '')
    .digest('hex')

/** @param {string} file */
function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry> | null}
 */
function readLock(file) {
  try {
    const lock = /** @type {{ packages: Record<string, LockEntry> }} */ (
      JSON.parse(fs.readFileSync(file, 'utf8'))
    )
    return lock.packages
  } catch {
    return null
  }
}

import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './root.mjs'
import { say, SetupError } from './say.mjs'

/**
 * Runs one set-up step at a time in a checkout: two at once would delete each other's files. The lock file holds the
 * process id of its owner, so that one left by a killed set-up is seen and taken over.
 *
 * @template T
 * @param {() => Promise<T>} step
 * @param {string} [file]
 * @returns {Promise<T>}
 */
export async function withSetupLock(step, file = path.join(root, '.tools', 'setup.lock')) {
  let told = false
  while (!take(file)) {
    if (!told)
      say(`Another set-up is at work in this folder (process ${owner(file) ?? 'unknown'}); waiting for it.`)
    told = true
    await sleep(300)
  }
  try {
    return await step()
  } finally {
    fs.rmSync(file, { force: true })
  }
}

/** @param {string} file */
function take(file) {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    const code = /** @type {NodeJS.ErrnoException} */ (error).code
    if (code !== 'EEXIST')
      throw new SetupError(`Set-up may not write ${file} (${code}). Use a checkout of your own.`)
  }
  if (abandoned(file)) removeAbandoned(file)
  return false
}

/**
 * By a dead owner, or by one that was killed before it could write its id.
 *
 * @param {string} file
 */
function abandoned(file) {
  const pid = owner(file)
  return pid === null ? ageMs(file) > 10_000 : !alive(pid)
}

/** @param {string} file */
function removeAbandoned(file) {
  const aside = `${file}.${process.pid}`
  try {
    fs.renameSync(file, aside) // atomic: of two that see the dead owner only one gets the file away
    // Between our look and the renaming another may have taken over: then it is that one's lock, and goes back.
    if (abandoned(aside)) fs.rmSync(aside, { force: true })
    else fs.renameSync(aside, file)
  } catch {
    // The other one was faster; the next round decides.
  }
}

/** @param {string} file */
function ageMs(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs
  } catch {
    return 0
  }
}

/** @param {string} file */
function owner(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}

/** @param {number} pid */
function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

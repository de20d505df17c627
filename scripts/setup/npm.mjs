import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { say } from './say.mjs'

const noNetwork =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED/
const diskFull = /ENOSPC/
const notAllowed = /EACCES|EPERM|EROFS/

/** Build tools are development packages; without a network npm would otherwise try for more than a minute. */
const flags = [
  ...['--include=dev', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'],
  ...['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=8000'],
]

/**
 * Runs `npm ci` in a folder under the given Node. onnxruntime-node must not run its install script: on Linux it
 * fetches CUDA libraries, and without a network it fails the whole install.
 *
 * @param {string} node
 * @param {string} folder
 * @param {string} what - for the progress line, which comes every ten seconds
 * @returns {Promise<{ code: number, log: string }>}
 */
export function npmCi(node, folder, what) {
  const started = Date.now()
  const npm = npmCommand(node)
  const child = spawn(npm.command, [...npm.args, 'ci', ...flags], {
    cwd: folder,
    env: npmEnvironment(node),
    shell: npm.shell,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (/** @type {Buffer} */ chunk) => {
      log = (log + String(chunk)).slice(-20_000)
      process.stderr.write(chunk)
    })
  }
  const timer = setInterval(() => say(`${what}: ${Math.round((Date.now() - started) / 1000)} s`), 10_000)
  return new Promise(resolve => {
    /** @param {number | null} code */
    const end = code => {
      clearInterval(timer)
      resolve({ code: code ?? 1, log })
    }
    child.on('error', error => {
      log += `\n${error.message}`
      end(1)
    })
    child.on('close', end)
  })
}

/**
 * One sentence on why an install failed and what to do.
 *
 * @param {string} what
 * @param {string} log - what npm printed
 */
export function installFailure(what, log) {
  if (diskFull.test(log)) return `${what}: the disk is full. Free about 1 GB and run the same command again.`
  if (noNetwork.test(log)) {
    return `${what}: the npm registry cannot be reached. Connect this computer (or set npm's proxy or registry) and run the same command again; it goes on where it stopped.`
  }
  if (notAllowed.test(log))
    return `${what}: this folder may not be written. Use a checkout of your own and run the same command again.`
  if (/spawn|ENOENT/.test(log))
    return `${what}: npm was not found. Install npm 10 or newer and run the same command again.`
  return `${what}: npm says why above. Mend that and run the same command again.`
}

/**
 * npm's own script where npm started us (also as npx), so that it runs under the given Node without a shell.
 *
 * @param {string} node
 */
function npmCommand(node) {
  const started = process.env['npm_execpath'] ?? ''
  if (/np[mx]-cli\.js$/.test(started)) {
    const cli = path.join(path.dirname(started), 'npm-cli.js')
    if (fs.existsSync(cli)) return { command: node, args: [cli], shell: false }
  }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/** @param {string} node */
function npmEnvironment(node) {
  // npx and `npm run` hand their own flags down; these would change what the inner npm does.
  const foreign =
    /^npm_config_(package|call|yes|global|prefix|local_prefix|workspace.*|dry_run|omit|include)$/i
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !foreign.test(key)))
  const pathKey = Object.keys(env).find(key => key.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    ...env,
    ONNXRUNTIME_NODE_INSTALL: 'skip',
    [pathKey]: `${path.dirname(node)}${path.delimiter}${env[pathKey] ?? ''}`,
  }
}

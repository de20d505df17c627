import { spawn } from 'node:child_process'
import path from 'node:path'
import { root } from './setup/root.mjs'
import { electronBinary } from './electron-binary.mjs'

/**
 * `npm start`: the window; where Electron's program is missing, a plain word on that and the same app in the browser.
 * A machine that runs tests has nobody to look at a browser.
 */
const binary = electronBinary()
const given = process.argv.slice(2)
if (binary === null) {
  process.stderr.write(
    'The window needs Electron, whose program is not on this computer yet: SliceTune opens in your browser instead.\n' +
      'For the window, run "npx install-electron" once with a network (about 110 MB), then "npm start" again.\n',
  )
  const isWatched = !process.env['CI']
  run(process.execPath, [
    path.join(root, 'out/main/server.js'),
    ...(isWatched ? [] : ['--no-open']),
    ...given,
  ])
} else {
  run(binary, [root, ...given])
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const child = spawn(program, args, { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal))
  child.on('close', code => {
    process.exitCode = code ?? 1
  })
}

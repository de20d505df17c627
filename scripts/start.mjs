import { spawn } from 'node:child_process'
import { root } from './setup/root.mjs'
import { electronBinary } from './electron-binary.mjs'

/** `npm start`: the window, or a plain word on why there is none and what works instead. */
const binary = electronBinary()
if (binary === null) {
  process.stderr.write(
    'The window needs Electron, whose program is not on this computer yet.\n' +
      'With a network, run "npx install-electron" once (about 110 MB) and then "npm start" again.\n' +
      'The command line does the same work without it: npx slicetune --help\n',
  )
  process.exitCode = 3
} else {
  const child = spawn(binary, [root, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
    process.on(signal, () => child.kill(signal))
  child.on('close', code => {
    process.exitCode = code ?? 1
  })
}

import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const asked = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** Ctrl+C under npm or npx arrives twice, from the terminal and from npm; a second one means "stop harder" to us. */
const sameKeyPressMs = 400

/**
 * Runs a script under another Node as if it were this process: its input and output, its signals, its exit code.
 *
 * The child gets a session of its own, so that a signal reaches it once, by us, whether a terminal sent it to the
 * whole foreground group or a program to this process alone. Should this process be killed outright, the child ends too.
 *
 * @param {string} node
 * @param {string[]} args - script and its arguments
 * @returns {Promise<number>} exit code; 128 + number where a signal ended the child
 */
export function relay(node, args) {
  const ownSession = process.platform !== 'win32'
  const watch = new URL('./end-with-parent.mjs', import.meta.url).href
  const child = spawn(node, ['--import', watch, ...args], {
    detached: ownSession,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  const stopRelaying = ownSession ? relaySignals(child) : ignoreSignals()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      stopRelaying()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child */
function relaySignals(child) {
  const last = new Map()
  /** @param {NodeJS.Signals} signal */
  const forward = signal => {
    const now = Date.now()
    if (now - (last.get(signal) ?? 0) < sameKeyPressMs) return
    last.set(signal, now)
    child.kill(signal)
  }
  const resize = () => void child.kill('SIGWINCH')
  const suspend = () => {
    child.kill('SIGSTOP')
    process.kill(process.pid, 'SIGSTOP')
  }
  const resume = () => void child.kill('SIGCONT')
  for (const signal of asked) process.on(signal, forward)
  process.on('SIGWINCH', resize).on('SIGTSTP', suspend).on('SIGCONT', resume)
  return () => {
    for (const signal of asked) process.off(signal, forward)
    process.off('SIGWINCH', resize).off('SIGTSTP', suspend).off('SIGCONT', resume)
  }
}

/** On Windows the console itself tells every process of it; we only have to stay until the child is done. */
function ignoreSignals() {
  const stay = () => undefined
  for (const signal of asked) process.on(signal, stay)
  return () => {
    for (const signal of asked) process.off(signal, stay)
  }
}

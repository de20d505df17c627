import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { steps } from './checks/steps.mjs'
import { addUp, closingLine, failuresOf, readVitestReport } from './checks/tally.mjs'
import { root } from './setup/root.mjs'

/**
 * Runs the checks one after another with their output passed through, and closes stdout with
 * `N passed, N failed` over all of them. `--no-e2e` leaves the end-to-end tests out; `--only a,b` runs just those.
 */
const chosen = choose(process.argv.slice(2))
const reports = fs.mkdtempSync(path.join(os.tmpdir(), 'slicetune-test-'))
/** @type {import('./checks/tally.mjs').Tally[]} */
const tallies = []
/** @type {string[]} */
const failed = []

for (const step of chosen) {
  process.stdout.write(`\n── ${step.name}\n`)
  const started = Date.now()
  const report = path.join(reports, `${step.name}.json`)
  const code = await run(step, report)
  const tally = step.counts
    ? readVitestReport(report, code)
    : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
  tallies.push(tally)
  if (tally.failed > 0) failed.push(step.name, ...failuresOf(report, root))
  process.stdout.write(
    `── ${step.name}: ${tally.failed > 0 ? 'failed' : 'ok'}, ${Math.round((Date.now() - started) / 1000)} s\n`,
  )
}
fs.rmSync(reports, { recursive: true, force: true })

const total = addUp(tallies)
if (failed.length > 0) process.stdout.write(`\nFailed:\n${failed.join('\n')}\n`)
process.stdout.write(`\n${closingLine(total)}\n`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** @param {string[]} args */
function choose(args) {
  const only = args.find((_, index) => args[index - 1] === '--only')
  if (only === undefined) return steps.filter(step => !(args.includes('--no-e2e') && step.name === 'e2e'))
  const names = only.split(',')
  const unknown = names.filter(name => !steps.some(step => step.name === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no check "${unknown.join(', ')}": ${steps.map(step => step.name).join(', ')}.\n`,
    )
    process.exit(2)
  }
  return steps.filter(step => names.includes(step.name))
}

/**
 * @param {import('./checks/steps.mjs').Step} step
 * @param {string} report - where a test runner writes its results
 * @returns {Promise<number>} exit code; 1 also where the runner hung or died by a signal
 */
function run(step, report) {
  const child = spawn(process.execPath, step.args(report), {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const timer = setTimeout(() => {
    process.stdout.write(`${step.name} did not end within ${step.minutes} minutes and is stopped.\n`)
    child.kill('SIGKILL')
  }, step.minutes * 60_000)
  const stop = () => {
    child.kill('SIGTERM')
    process.exit(130)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return new Promise(resolve => {
    child.on('error', () => resolve(1))
    child.on('close', code => {
      clearTimeout(timer)
      process.off('SIGINT', stop).off('SIGTERM', stop)
      resolve(code ?? 1)
    })
  })
}

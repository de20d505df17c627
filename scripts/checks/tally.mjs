import fs from 'node:fs'
import path from 'node:path'

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function addUp(tallies) {
  return tallies.reduce(
    (sum, next) => ({
      passed: sum.passed + next.passed,
      failed: sum.failed + next.failed,
      skipped: sum.skipped + next.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

/** @param {Tally} total */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * Counts what a run of vitest did. What no test stands for counts as one failure each: a file that could not be
 * loaded, a runner that died, left no report, ran nothing, or ended badly though every test passed.
 *
 * @param {string} file - the report of vitest's json reporter
 * @param {number} exitCode
 * @returns {Tally}
 */
export function readVitestReport(file, exitCode) {
  const report = readJson(file)
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }

  const tally = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  tally.failed += report.testResults.filter(
    suite => suite.status === 'failed' && !suite.assertionResults.some(test => test.status === 'failed'),
  ).length
  const ranNothing = tally.passed + tally.failed === 0
  if (tally.failed === 0 && (exitCode !== 0 || ranNothing)) tally.failed = 1
  return tally
}

/**
 * What failed, for the end of a long log: where, what, and the first lines of why. Seeds of properties are among them.
 *
 * @param {string} file - the report of vitest's json reporter
 * @param {string} root - names of files are given from here
 * @returns {string[]}
 */
export function failuresOf(file, root) {
  return (readJson(file)?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const place = path.relative(root, name)
    const tests = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => entry(`${place} > ${fullName}`, failureMessages.join('\n')))
    return tests.length === 0 && message ? [entry(place, message)] : tests
  })
}

const longest = 1_500

/**
 * @param {string} title
 * @param {string} reason
 */
function entry(title, reason) {
  return `${title}\n${reason.slice(0, longest).replace(/^/gm, '    ')}`
}

/**
 * @typedef {object} VitestReport
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {VitestFile[]} testResults
 *
 * @typedef {object} VitestFile
 * @property {string} name
 * @property {string} status
 * @property {string} message
 * @property {{ status: string, fullName: string, failureMessages: string[] }[]} assertionResults
 */

/**
 * @param {string} file
 * @returns {VitestReport | null}
 */
function readJson(file) {
  try {
    return /** @type {VitestReport} */ (JSON.parse(fs.readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

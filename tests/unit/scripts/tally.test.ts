import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { addUp, closingLine, failuresOf, readVitestReport } from '../../../scripts/checks/tally.mjs'

const folder = mkdtempSync(join(tmpdir(), 'slicetune-tally-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function reportOf(content: object | string): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const report = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
}

test('counts what the runner reports', () => {
  expect(readVitestReport(reportOf(report), 0)).toEqual({ passed: 3, failed: 0, skipped: 2 })
})

test('counts a file that could not be loaded as one failure', () => {
  const broken = {
    ...report,
    testResults: [...report.testResults, { status: 'failed', assertionResults: [] }],
  }

  expect(readVitestReport(reportOf(broken), 1)).toEqual({ passed: 3, failed: 1, skipped: 2 })
})

test('does not count a failed file twice', () => {
  const failing = {
    ...report,
    numFailedTests: 1,
    testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }],
  }

  expect(readVitestReport(reportOf(failing), 1)).toEqual({ passed: 3, failed: 1, skipped: 2 })
})

test.each([
  ['ended badly though every test passed', report, 1],
  ['ran nothing', { ...report, numPassedTests: 0, testResults: [] }, 0],
  ['left a torn report', '{"numPassedTests": 3', 0],
])('counts a runner that %s as one failure', (_what, content, exitCode) => {
  expect(readVitestReport(reportOf(content), exitCode).failed).toBe(1)
})

test('counts a runner that left no report as one failure', () => {
  expect(readVitestReport(join(folder, 'none.json'), 0)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('closes with the sum, naming skipped tests only where there are some', () => {
  const sum = addUp([
    { passed: 1, failed: 0, skipped: 0 },
    { passed: 40, failed: 2, skipped: 3 },
  ])

  expect(closingLine(sum)).toBe('41 passed, 2 failed, 3 skipped')
  expect(closingLine({ passed: 1, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed')
})

test('names what failed and why, a file that could not be loaded among it', () => {
  const testResults = [
    {
      name: '/project/tests/one.test.ts',
      status: 'failed',
      message: '',
      assertionResults: [
        { status: 'passed', fullName: 'adds', failureMessages: [] },
        { status: 'failed', fullName: 'divides', failureMessages: ['Error: seed 7\n    at one'] },
      ],
    },
    { name: '/project/tests/two.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
  ]

  expect(failuresOf(reportOf({ ...report, testResults }), '/project')).toEqual([
    'tests/one.test.ts > divides\n    Error: seed 7\n        at one',
    'tests/two.test.ts\n    no such module',
  ])
  expect(failuresOf(join(folder, 'none.json'), '/project')).toEqual([])
})

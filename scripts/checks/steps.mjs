import path from 'node:path'
import { root } from '../setup/root.mjs'

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {boolean} counts - true where it is a test runner with a report of its own; else the whole step is one check
 * @property {number} minutes - after which a hung runner is stopped
 * @property {(report: string) => string[]} args - for Node
 */

/** @param {string} file */
const bin = file => path.join(root, 'node_modules', file)

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Step}
 */
const gate = (name, ...args) => ({ name, counts: false, minutes: 10, args: () => args })

/**
 * @param {string} name
 * @param {string} config
 * @param {number} minutes
 * @returns {Step}
 */
const tests = (name, config, minutes) => ({
  name,
  counts: true,
  minutes,
  args: report => [
    ...[bin('vitest/vitest.mjs'), 'run', '--config', config],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ],
})

/** Cheap ones first, so that a slip shows early; the end-to-end tests need the build. */
export const steps = [
  gate('format', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'),
  gate('lint', bin('eslint/bin/eslint.js'), '.'),
  gate('imports', bin('dependency-cruiser/bin/dependency-cruiser.mjs'), 'src'),
  gate('types', bin('vue-tsc/bin/vue-tsc.js'), '-b'),
  gate('build', path.join(root, 'scripts/bootstrap.mjs'), 'build'),
  tests('tests', 'vitest.config.ts', 20),
  tests('e2e', 'vitest.e2e.config.ts', 35),
]

import { expect, it } from 'vitest'
import { rootOf } from '../../../../src/main/trainings/root-of'
import type { ProjectSession } from '../../../../src/main/projects/project-session'

/** Only what is looked at: which version was tuned from which model. */
const sessionWith = (bases: Readonly<Record<string, string>>): ProjectSession =>
  ({
    store: { versions: { get: (id: string) => (bases[id] === undefined ? null : { base: bases[id] }) } },
  }) as unknown as ProjectSession

it('goes back to what was not tuned here', () => {
  expect(rootOf(sessionWith({ 'run:2': 'run:1', 'run:1': 'base' }), 'run:2')).toBe('base')
  expect(rootOf(sessionWith({}), 'base')).toBe('base')
})

it('comes to an end where a database says that versions were tuned from each other', () => {
  expect(rootOf(sessionWith({ 'run:2': 'run:1', 'run:1': 'run:2' }), 'run:2')).toMatch(/^run:/)
  expect(rootOf(sessionWith({ 'run:1': 'run:1' }), 'run:1')).toBe('run:1')
})

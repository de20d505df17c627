import { writeSync } from 'node:fs'
import { openAppState } from '../../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../../src/main/projects/create-open-projects'
import { isAppError } from '../../../../../src/shared/errors'
import type { ProjectChange } from '../../../../../src/shared/contract/projects'
import { digestOf, doDeed } from './deeds'

/** Annotates until nothing more can be written, and prints what came of that. */
const [home = '', folder = ''] = process.argv.slice(2)
const projects = createOpenProjects({ app: await openAppState(home), resources: '' })
const session = await projects.open(folder)
const changes = session.changes.subscribe()
let deeds = 0
let [before, failure]: [string, object | null] = ['', null]
while (failure === null && deeds < 5000) {
  before = digestOf(folder)
  try {
    doDeed(session, deeds)
    deeds++
  } catch (error) {
    failure = isAppError(error) ? { code: error.code, data: error.data } : { bug: String(error) }
  }
}
session.changes.close()
const seen: ProjectChange[] = []
for await (const change of changes) seen.push(change)
writeSync(1, JSON.stringify({ deeds, failure, last: seen.at(-1), isSame: before === digestOf(folder) }))

import { writeSync } from 'node:fs'
import { openAppState } from '../../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../../src/main/projects/create-open-projects'
import { doDeed } from './deeds'

/** Annotates a project, deed by deed, and says after each that it is done; it is made to be killed. */
const [home = '', folder = '', deeds = '0'] = process.argv.slice(2)
const projects = createOpenProjects({ app: await openAppState(home), resources: '' })
const session = await projects.open(folder)
writeSync(1, `${session.mode}\n`)
for (let number = 0; number < Number(deeds); number++) {
  doDeed(session, number)
  writeSync(1, `${number}\n`)
}
await projects.dispose()

import { writeSync } from 'node:fs'
import { openAppState } from '../../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../../src/main/projects/create-open-projects'
import { addLabel } from '../../../../../src/main/projects/edit-labels'
import { isAppError } from '../../../../../src/shared/errors'

/** Opens a project and tries to change it: for another process, of another user. */
const [home = '', folder = ''] = process.argv.slice(2)
const projects = createOpenProjects({ app: await openAppState(home), resources: '' })
const session = await projects.open(folder)
const { mode, lookReason, counts } = await session.describe()
let refusal: string | null = null
try {
  addLabel(session, 'Refused')
} catch (error) {
  refusal = isAppError(error) ? error.code : String(error)
}
await projects.dispose()
writeSync(1, JSON.stringify({ mode, lookReason, counts, refusal }))

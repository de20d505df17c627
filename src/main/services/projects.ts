import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ProjectSummary } from '../../shared/domain/project'
import { AppError } from '../../shared/errors'
import { pictureOf } from '../blobs/project-picture'
import type { AppState } from '../files/app-state'
import { databaseName } from '../projects/project-folder'
import { allowedPath } from './allowed-path'
import { implementer } from './implementer'

export const projectsService = implementer.projects.router({
  recent: implementer.projects.recent.handler(({ context }) => recentProjects(context.app)),
  forget: implementer.projects.forget.handler(async ({ input, context }) => {
    await context.app.forget(input.folder)
    return recentProjects(context.app)
  }),
  openSample: implementer.projects.openSample.handler(async ({ context }) =>
    (await context.projects.openSample()).describe(),
  ),
  create: implementer.projects.create.handler(async ({ input, context }) =>
    (
      await context.projects.create(
        input.name,
        input.folder === null ? null : await allowedPath(context, input.folder),
      )
    ).describe(),
  ),
  open: implementer.projects.open.handler(async ({ input, context }) =>
    (await context.projects.open(await allowedPath(context, input.folder))).describe(),
  ),
  get: implementer.projects.get.handler(({ input, context }) =>
    context.projects.get(input.project).describe(),
  ),
  close: implementer.projects.close.handler(({ input, context }) => context.projects.close(input.project)),
  rename: implementer.projects.rename.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    session.write([], store => store.project.rename(input.name))
    return session.describe()
  }),
  watch: implementer.projects.watch.handler(({ input, context, signal }) =>
    context.projects.get(input.project).changes.subscribe(signal),
  ),
})

function recentProjects(app: AppState): Promise<ProjectSummary[]> {
  return Promise.all(
    app.recent().map(async project => ({
      ...project,
      missing: whyMissing(project.folder),
      picture: await pictureOf(app.folder, project.folder),
    })),
  )
}

function whyMissing(folder: string): string | null {
  if (!existsSync(folder)) return new AppError('FOLDER_NOT_FOUND', { file: folder }).message
  return existsSync(join(folder, databaseName))
    ? null
    : new AppError('NOT_A_PROJECT', { file: folder }).message
}

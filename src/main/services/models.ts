import { join } from 'node:path'
import type { FileEvent } from '../../shared/contract/models'
import type { JobEvent } from '../../shared/domain/events'
import type { ModelVersion } from '../../shared/domain/model-version'
import { exportModel } from '../commands/export-model'
import { downloadModel, importModel } from '../commands/models'
import { makeFolder } from '../files/make-folder'
import { writeAtomically } from '../files/write-atomically'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { modelNameOf } from '../reviews/review-model'
import { compareModels } from '../trainings/compare-models'
import { listProjectModels } from '../trainings/list-models'
import { modelCardOf, removeModel, renameModel, useModel } from '../trainings/project-models'
import { allowedPath } from './allowed-path'
import { implementer } from './implementer'
import type { ServiceContext } from './service-context'

export const modelsService = implementer.models.router({
  list: implementer.models.list.handler(({ input, context }) =>
    listProjectModels(context.projects.get(input.project), context.folders),
  ),
  use: implementer.models.use.handler(({ input, context }) =>
    changed(context, input.project, session =>
      useModel(session, input.model, { folders: context.folders, inference: context.inference }),
    ),
  ),
  rename: implementer.models.rename.handler(({ input, context }) =>
    changed(context, input.project, session => {
      session.assertEditable()
      return renameModel(session, input, context.folders)
    }),
  ),
  remove: implementer.models.remove.handler(({ input, context }) =>
    changed(context, input.project, session => {
      session.assertEditable()
      return removeModel(session, input.model, context.folders)
    }),
  ),
  card: implementer.models.card.handler(({ input, context }) =>
    modelCardOf(context.projects.get(input.project), input.model, context.folders),
  ),
  import: implementer.models.import.handler(async function* ({ input, context, signal }) {
    const file = await allowedPath(context, input.file)
    yield* fileEvents(importModel({ file }, { folders: context.folders, signal }))
    announce(context.projects.get(input.project))
  }),
  download: implementer.models.download.handler(async function* ({ input, context, signal }) {
    yield* fileEvents(downloadModel(input.model, { folders: context.folders, signal }))
    announce(context.projects.get(input.project))
  }),
  export: implementer.models.export.handler(({ input, context, signal }) => exported(input, context, signal)),
  compare: implementer.models.compare.handler(({ input, context, signal }) => {
    const session = context.projects.get(input.project)
    const [one, other] = input.models
    const models = [modelNameOf(session, one), modelNameOf(session, other)] as const
    return compareModels(session, input.slice, { inference: context.inference, models, signal })
  }),
})

async function changed(
  { projects, folders }: ServiceContext,
  project: string,
  work: (session: ProjectSession) => Promise<void> | void,
): Promise<ModelVersion[]> {
  const session = projects.get(project)
  await work(session)
  announce(session)
  return listProjectModels(session, folders)
}

function announce(session: ProjectSession): void {
  session.changes.publish({ kind: 'models', model: modelInUse(session) })
}

interface ExportInput {
  readonly project: string
  readonly model: string
  readonly folder: string
  readonly formats: readonly ('onnx' | 'x-anylabeling' | 'pth' | 'safetensors' | 'card')[]
}

async function* exported(
  { project, model, folder, formats }: ExportInput,
  context: ServiceContext,
  signal: AbortSignal | undefined,
): AsyncGenerator<FileEvent> {
  const session = context.projects.get(project)
  const out = await allowedPath(context, folder)
  const version = session.store.versions.get(model)
  const name = version?.name ?? null
  const written: string[] = []
  const others = formats.filter(format => format !== 'card')
  if (others.length > 0) {
    const options = { model: modelNameOf(session, model), out, format: others.join(','), force: false }
    for await (const event of fileEvents(exportModel(options, { folders: context.folders, name, signal }))) {
      if (event.event === 'report') written.push(...event.files)
      else yield event
    }
  }
  if (formats.includes('card')) {
    const file = join(out, `${name ?? model}-model-card.md`)
    await makeFolder(out)
    await writeAtomically(file, await modelCardOf(session, model, context.folders))
    written.push(file)
    yield { event: 'written', file }
  }
  yield { event: 'report', id: model, files: written }
}

/** What the commands say, as the contract has it. */
async function* fileEvents(events: AsyncIterable<JobEvent>): AsyncGenerator<FileEvent> {
  const files: string[] = []
  for await (const event of events) {
    if (event.event === 'progress') yield { event: 'progress', done: event.done, total: event.total }
    if (event.event === 'notice') yield { event: 'notice', message: event.message }
    if (event.event === 'written') {
      files.push(event.file)
      yield { event: 'written', file: event.file }
    }
    if (event.event === 'report' && event.command === 'models') {
      const id = typeof event['id'] === 'string' ? event['id'] : null
      yield { event: 'report', id, files }
    }
  }
}

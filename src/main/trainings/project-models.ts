import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { ModelFolders } from '../files/model-folders'
import type { KnownModel } from '../files/weights'
import { listModels } from '../files/weights'
import type { Inference } from '../inference/inference'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { modelNameOf } from '../reviews/review-model'
import { placeAmongRuns } from './run-files'

/** A tuned model with the files of its run, or an imported one. @throws AppError MODEL_IN_USE, NO_SUCH_ITEM, USAGE, CORRUPT_FILE */
export async function removeModel(session: ProjectSession, id: string, folders: ModelFolders): Promise<void> {
  const { store } = session
  const version = store.versions.get(id)
  if (id === modelInUse(session)) throw new AppError('MODEL_IN_USE', { model: version?.name ?? id })
  if (version) {
    const based = store.versions.list().filter(({ base }) => base === id)
    if (based.length > 0) {
      // What they were tuned from is asked for when they are compared with it.
      const names = based.map(({ name }) => name).join(', ')
      throw new AppError('MODEL_IN_USE', { model: `${version.name} (${names} was tuned from it)` })
    }
    const folder = placeAmongRuns(session, dirname(version.file))
    store.transaction(() => store.versions.remove(id))
    await rm(folder, { recursive: true, force: true })
    return
  }
  const { file, manifest } = await knownModel(id, folders)
  if (manifest?.bundled || file === null) {
    throw new AppError('USAGE', { reason: `${id} comes with SliceTune and stays.` })
  }
  await rm(file, { force: true })
}

/** @throws AppError NO_SUCH_ITEM; USAGE for a model that was not tuned in this project */
export async function renameModel(
  { store }: ProjectSession,
  { model, name }: { readonly model: string; readonly name: string },
  folders: ModelFolders,
): Promise<void> {
  if (!store.versions.get(model)) {
    const { id } = await knownModel(model, folders)
    throw new AppError('USAGE', { reason: `${id} was not tuned in this project and keeps its name.` })
  }
  store.transaction(() => store.versions.rename(model, name))
}

/** Markdown: what the run wrote, what comes with the model, or what is known of it. */
export async function modelCardOf(
  session: ProjectSession,
  id: string,
  folders: ModelFolders,
): Promise<string> {
  const version = session.store.versions.get(id)
  if (version) {
    const file = join(dirname(session.pathOf(version.file)), 'MODEL_CARD.md')
    return readFile(file, 'utf8').catch(() => `# ${version.name}\n`)
  }
  const { card, title, source, licence } = await knownModel(id, folders)
  const known = `# ${id}\n\n${title}\n\nSource: ${source}\n\nLicence: ${licence}\n`
  return card === null ? known : readFile(card, 'utf8').catch(() => known)
}

async function knownModel(id: string, folders: ModelFolders): Promise<KnownModel> {
  const known = (await listModels(folders)).find(model => model.id === id)
  if (!known) throw new AppError('NO_SUCH_ITEM', { kind: 'model', id })
  return known
}

export interface ModelWorld {
  readonly folders: ModelFolders
  readonly inference: Pick<Inference, 'describe'>
}

/**
 * From now on it answers in this project. It is opened first: one that is damaged would answer nothing.
 *
 * @throws AppError NO_SUCH_ITEM, WEIGHTS_NOT_FOUND, READ_ONLY_PROJECT, and what opening a checkpoint can meet
 */
export async function useModel(
  session: ProjectSession,
  id: string,
  { folders, inference }: ModelWorld,
): Promise<void> {
  session.assertEditable()
  if (!session.store.versions.get(id) && (await knownModel(id, folders)).file === null) {
    throw new AppError('WEIGHTS_NOT_FOUND', { model: id })
  }
  await inference.describe(modelNameOf(session, id))
  session.store.transaction(() => session.store.settings.set('model', id))
}

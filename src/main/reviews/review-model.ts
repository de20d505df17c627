import type { ModelName } from '../inference/inference'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'

/** The model that predicts, and what it is compared with. */
export interface ReviewModel {
  /** As `ModelVersion.id` */
  readonly id: string
  readonly name: ModelName
  /** What it was tuned from; null: it is a base itself */
  readonly base: ModelName | null
}

/** The model in use of a project. */
export function reviewModel(session: ProjectSession): ReviewModel {
  const id = modelInUse(session)
  const version = session.store.versions.get(id)
  return {
    id,
    name: modelNameOf(session, id),
    base: version === null ? null : modelNameOf(session, version.base),
  }
}

/** What the inference knows a model by: the checkpoint of one that was tuned here. */
export function modelNameOf(session: ProjectSession, id: string): ModelName {
  const version = session.store.versions.get(id)
  return version === null ? id : session.pathOf(version.file)
}

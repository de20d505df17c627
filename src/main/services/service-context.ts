import type { Capabilities } from '../../shared/contract/system'
import type { AppState } from '../files/app-state'
import type { ModelFolders } from '../files/model-folders'
import type { Inference } from '../inference/inference'
import type { OpenProjects } from '../projects/open-projects'
import type { Trainings } from '../trainings/trainings'

export type Door = 'window' | 'browser' | 'command-line'

/** What the services work with; made once for each backend, and by tests with folders of their own. */
export interface ServiceContext {
  readonly door: Door
  readonly capabilities: Capabilities
  readonly version: string
  /** Settings, recent projects and what was measured on this computer */
  readonly app: AppState
  readonly projects: OpenProjects
  /** The warm model in its worker thread */
  readonly inference: Inference
  readonly trainings: Trainings
  readonly folders: ModelFolders
  /** Below it `folders.list` and `imports.add` may look; null: everywhere */
  readonly root: string | null
}

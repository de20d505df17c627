import type * as z from 'zod'
import type { Commands, CommandName } from '../../shared/commands'
import type { JobEvent } from '../../shared/domain/events'
import { deidentify } from '../jobs/deidentify'
import { inspect } from '../jobs/inspect'
import type { Job, JobName } from '../workers/contract'
import type { CreateWorker } from '../workers/spawn'
import { runJob } from '../workers/spawn'
import type { ModelFolders } from '../files/model-folders'
import { exportModel } from './export-model'
import type { OpenBackend } from './open-project'
import {
  createProject,
  exportProject,
  importIntoProject,
  importLabelsIntoProject,
  listProjects,
  predictProject,
} from './project'
import { trainProject } from './train-project'
import { downloadModel, importModel, listModelsJob } from './models'
import type { StopFlag } from '../workers/stop-flag'

export interface CallContext {
  readonly stop: StopFlag
}

/** The use cases, for every door: one stream of events per command. */
export interface CommandRunner {
  run(name: CommandName, input: unknown, context: CallContext): AsyncIterable<JobEvent>
}

type Handler<N extends CommandName> = (
  input: z.infer<Commands[N]['input']>,
  context: CallContext,
) => AsyncIterable<JobEvent>

type Handlers = { readonly [N in CommandName]: Handler<N> }

export interface CommandRunnerDependencies {
  readonly createWorker: CreateWorker
  readonly folders: ModelFolders
  readonly openBackend: OpenBackend
}

export function createCommandRunner({
  createWorker,
  folders,
  openBackend,
}: CommandRunnerDependencies): CommandRunner {
  const job =
    <N extends JobName>(name: N) =>
    (options: Extract<Job, { name: N }>['options'], { stop }: CallContext) =>
      // The pair is one variant of the union by construction, which TypeScript cannot see through the generic.
      runJob({ name, options } as Job, { createWorker, stop })
  const handlers: Handlers = {
    train: job('train'),
    evaluate: job('evaluate'),
    predict: job('predict'),
    embed: job('embed'),
    inspect: (input, { stop }) => inspect(input, { stop }),
    deidentify: (input, { stop }) => deidentify(input, { stop }),
    doctor: job('doctor'),
    demo: job('demo'),
    'project create': (input, { stop }) => createProject(input, { openBackend, stop }),
    'project import': (input, { stop }) => importIntoProject(input, { openBackend, stop }),
    'project labels': (input, { stop }) => importLabelsIntoProject(input, { openBackend, stop }),
    'project list': (_, { stop }) => listProjects({ openBackend, stop }),
    'project train': (input, { stop }) => trainProject(input, { openBackend, stop }),
    'project predict': (input, { stop }) => predictProject(input, { openBackend, stop }),
    'project export': (input, { stop }) => exportProject(input, { openBackend, stop }),
    'models list': () => listModelsJob({ folders }),
    'models import': input => importModel(input, { folders }),
    'models export': input => exportModel(input, { folders }),
    'models download': ({ id }, { stop }) => downloadModel(id, { folders, signal: stop.signal }),
  }
  return {
    run: (name, input, context) => {
      // Boundary: the door has checked the input against the schema of this very command.
      const handler = handlers[name] as (input: unknown, context: CallContext) => AsyncIterable<JobEvent>
      return handler(input, context)
    },
  }
}

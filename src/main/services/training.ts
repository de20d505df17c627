import { AppError } from '../../shared/errors'
import { optionFields } from '../trainings/option-fields'
import type { ServiceContext } from './service-context'
import { implementer } from './implementer'

type OfRun = { readonly project: string; readonly run: number }

export const trainingService = implementer.training.router({
  options: implementer.training.options.handler(() => optionFields()),
  plan: implementer.training.plan.handler(({ input, context }) =>
    context.trainings.plan(context.projects.get(input.project), input),
  ),
  watchPlan: implementer.training.watchPlan.handler(({ input, context, signal }) =>
    context.trainings.watchPlan(context.projects.get(input.project), input, signal),
  ),
  start: implementer.training.start.handler(({ input, context }) =>
    context.trainings.start(context.projects.get(input.project), input),
  ),
  list: implementer.training.list.handler(({ input, context }) =>
    context.trainings.list(context.projects.get(input.project)),
  ),
  watch: implementer.training.watch.handler(({ input, context, signal }) =>
    context.trainings.watch(context.projects.get(input.project), input.run, signal),
  ),
  record: implementer.training.record.handler(({ input, context }) => {
    const { runs } = context.projects.get(input.project).store
    if (!runs.get(input.run)) throw new AppError('NO_SUCH_ITEM', { kind: 'run', id: String(input.run) })
    return { samples: runs.samples(input.run), log: runs.log(input.run) }
  }),
  pause: implementer.training.pause.handler(({ input, context }) => state(context, input, 'pause')),
  resume: implementer.training.resume.handler(({ input, context }) => state(context, input, 'resume')),
  stop: implementer.training.stop.handler(({ input, context }) => state(context, input, 'stop')),
  remove: implementer.training.remove.handler(({ input, context }) =>
    context.trainings.remove(context.projects.get(input.project), input.run),
  ),
})

function state(
  { trainings, projects }: ServiceContext,
  { project, run }: OfRun,
  what: 'pause' | 'resume' | 'stop',
): { state: ReturnType<typeof trainings.pause> } {
  return { state: trainings[what](projects.get(project), run) }
}

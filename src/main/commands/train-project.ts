import type * as z from 'zod'
import type { Commands } from '../../shared/commands'
import type { RunEvent } from '../../shared/contract/training'
import type { JobEvent } from '../../shared/domain/events'
import type { TrainingRun } from '../../shared/domain/training-run'
import { AppError } from '../../shared/errors'
import { formatMean } from './format-mean'
import type { ProjectWorld, Services } from './open-project'
import { inProject } from './open-project'

/**
 * Fine-tunes as the window does; Ctrl+C pauses the run, and it can be resumed there.
 *
 * @throws AppError SINGLE_GROUP, TOO_FEW_SLICES, RUN_ALREADY_ACTIVE and what training can meet
 */
export async function* trainProject(
  input: z.infer<Commands['project train']['input']>,
  world: ProjectWorld,
): AsyncGenerator<JobEvent> {
  const { project, preset, name = null, allowSharedGroup, use, ...changes } = input
  yield* inProject(project, world, async function* (api, id) {
    const started = await api.training.start({ project: id, preset, changes, name, allowSharedGroup })
    const run = started.id
    world.stop.signal.addEventListener('abort', () => void api.training.pause({ project: id, run }))
    let last = started
    for await (const event of await api.training.watch({ project: id, run })) {
      if (event.event === 'run') last = event.run
      const shown = shownEvent(event)
      if (shown) yield shown
    }
    if (last.error !== null) throw failureOf(last)
    if (use) await useWhereBetter(api, id, last)
    yield reportOf(last, use)
  })
}

function shownEvent(event: RunEvent): JobEvent | null {
  switch (event.event) {
    case 'stage':
      return { event: 'progress', stage: event.stage, done: event.done, total: event.total }
    case 'step':
      return event
    case 'epoch':
      return { event: 'epoch', ...event.figures }
    case 'log':
      return { event: 'notice', message: event.message }
    case 'run':
    case 'sample':
      return null
  }
}

/** A model that is worse, or no better, is never switched to. */
async function useWhereBetter(api: Services, project: string, run: TrainingRun): Promise<void> {
  if (run.version !== null && isBetter(run)) await api.models.use({ project, model: run.version })
}

const isBetter = ({ verdict }: TrainingRun): boolean => verdict?.outcome === 'better'

function reportOf(run: TrainingRun, use: boolean): JobEvent {
  const { name, state, bestEpoch, verdict, version } = run
  const dice = `Dice ${formatMean(verdict?.baseDice)} → ${formatMean(verdict?.tunedDice)}`
  const held = `on ${run.valSlices} held-out slices`
  const inUse = use && isBetter(run) ? ' It is in use now.' : ''
  const message =
    state === 'finished'
      ? `${name}: ${dice} ${held}.${inUse}`
      : `${name} is ${state}. Resume it in the window.`
  return { event: 'report', command: 'project', message, name, state, bestEpoch, version, verdict }
}

function failureOf({ name, error }: TrainingRun): AppError {
  return new AppError('RUN_FAILED', { name, reason: error?.message ?? '' })
}

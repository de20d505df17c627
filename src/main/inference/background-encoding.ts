import type { OpenProjects } from '../projects/open-projects'
import type { ProjectSession } from '../projects/project-session'
import type { Trainings } from '../trainings/trainings'
import { BackgroundEncoder } from './background-encoder'
import type { Inference } from './inference'

export interface EncodingWorld {
  readonly inference: Inference
  readonly projects: OpenProjects
  readonly trainings: Trainings
}

const encoders = new WeakMap<ProjectSession, BackgroundEncoder>()

/** From now on every project that is opened is encoded in the background, until it is closed. */
export function startBackgroundEncoding(world: EncodingWorld): void {
  world.projects.onOpened(session => void encoderOf(world, session))
  world.projects.onClosing(async session => encoders.get(session)?.stop())
  world.trainings.onActivity(() => {
    for (const session of world.projects.all()) encoders.get(session)?.look()
  })
}

/** The encoder of a project, begun at the first call. */
export function encoderOf(world: EncodingWorld, session: ProjectSession): BackgroundEncoder {
  const known = encoders.get(session)
  if (known) return known
  const { inference, trainings } = world
  const encoder = new BackgroundEncoder(session, inference, () => trainings.isTraining)
  encoders.set(session, encoder)
  encoder.start()
  return encoder
}

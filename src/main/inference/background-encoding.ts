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

/** After a picture was asked for: whoever scrolls or pages asks for the next one sooner */
const restMs = 300
/** After a project was opened: its list and first slice come first; once pictures are asked for, they say when to go on */
const openingMs = 2000

const encoders = new WeakMap<ProjectSession, BackgroundEncoder>()

/** From now on every project that is opened is encoded in the background, until it is closed. */
export function startBackgroundEncoding(world: EncodingWorld): void {
  world.projects.onOpened(session => encoderOf(world, session).rest(openingMs))
  world.projects.onClosing(async session => encoders.get(session)?.stop())
  world.trainings.onActivity(() => {
    for (const session of world.projects.all()) encoders.get(session)?.look()
  })
}

/** Pictures of the project are being asked for: encoding goes on when that is over. */
export function restEncoding(session: ProjectSession): void {
  encoders.get(session)?.rest(restMs)
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

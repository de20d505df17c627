import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SliceSummary } from '../../shared/domain/slice'
import { isAppError } from '../../shared/errors'
import { writeAtomically } from '../files/write-atomically'
import { log } from '../log'
import type { ProjectSession } from '../projects/project-session'
import type { Draw } from './draw-task'
import { thumbnail } from './thumbnail'

/**
 * Keeps a picture of a project for the list of recent ones, in the user's folder: the project itself may be away or only
 * looked at. That none could be drawn is no reason not to close it.
 *
 * @param home - the user's folder
 */
export async function keepPicture(home: string, session: ProjectSession, draw: Draw): Promise<void> {
  const slice = mostTelling(session.store.slices.summaries())
  if (!slice) return
  try {
    const picture = await thumbnail(session, slice.id, draw)
    await mkdir(picturesIn(home), { recursive: true })
    await writeAtomically(fileOf(home, session.folder), picture)
  } catch (error) {
    // Unreadable files and full disks are said where they matter; their names stay out of the log.
    log.warn({ code: isAppError(error) ? error.code : 'INTERNAL' }, 'No picture of the project could be kept')
  }
}

/** @returns an address that holds the picture itself; null where none was drawn yet */
export async function pictureOf(home: string, folder: string): Promise<string | null> {
  try {
    return `data:image/png;base64,${await readFile(fileOf(home, folder), 'base64')}`
  } catch {
    return null // none yet: the list is complete without
  }
}

/** The last one with a mask on it, else the first. */
function mostTelling(slices: readonly SliceSummary[]): SliceSummary | undefined {
  return slices.findLast(({ objects }) => objects > 0) ?? slices[0]
}

const picturesIn = (home: string): string => join(home, 'pictures')

/** Named by a hash, so that the folder tells nobody which projects there are. */
const fileOf = (home: string, folder: string): string =>
  join(picturesIn(home), `${createHash('sha256').update(folder).digest('hex').slice(0, 32)}.png`)

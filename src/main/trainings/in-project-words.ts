import { dirname } from 'node:path'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import { dataFolder } from './run-files'

/**
 * What the job says of its copies of the slices, said of the slices: nobody knows the copies.
 *
 * @param folder - absolute, of the run
 */
export function inProjectWords(message: string, session: ProjectSession, folder: string): string {
  const data = dataFolder(folder)
  const copies = new RegExp(
    `(?:${escaped(data)}[^\\n]{1,30}?)?\\bg\\d+-slice-0*(\\d+)(?:\\.(?:png|npy))?`,
    'g',
  )
  return message
    .replaceAll(copies, (copy, id: string) => nameOf(session, Number(id), copy.startsWith(data)))
    .replaceAll(data, dirname(dirname(folder)))
}

function nameOf(session: ProjectSession, id: number, isFile: boolean): string {
  const slice = session.store.slices.get(id)
  if (!slice) return `slice ${id}`
  return isFile ? `slice ${slice.name} (${sliceSource(session, id).imageFile})` : `slice ${slice.name}`
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

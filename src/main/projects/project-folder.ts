import { realpath, rename, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { ProjectStore } from '../database/project-store'
import { openProjectStore } from '../database/project-store'
import { lockFolder } from '../files/folder-lock'
import { makeFolder } from '../files/make-folder'
import { refuseLinks } from '../files/refuse-links'

export const databaseName = 'project.sqlite'

/**
 * The folder of a project, without links, so that each has one name; the database itself may be given for it.
 *
 * @throws AppError FOLDER_NOT_FOUND, NOT_A_PROJECT, LINK_IN_PROJECT
 */
export async function projectFolder(path: string): Promise<string> {
  const folder = basename(path) === databaseName ? dirname(path) : path
  const real = await realpath(folder).catch((cause: unknown) => {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder }, { cause })
  })
  if (!(await stat(join(real, databaseName)).catch(() => null))?.isFile()) {
    throw new AppError('NOT_A_PROJECT', { file: folder })
  }
  refuseLinks(real, join(real, databaseName))
  return real
}

/**
 * Makes a project's folder and its database, whole or not at all.
 *
 * @param fill - what is in it from the start
 * @throws AppError PROJECT_EXISTS, NOT_A_FOLDER, FOLDER_NOT_WRITABLE, DISK_FULL
 */
export async function makeProject(
  folder: string,
  name: string,
  fill: (store: ProjectStore) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  await makeFolder(folder)
  const file = join(folder, databaseName)
  if (existsSync(file)) throw new AppError('PROJECT_EXISTS', { file: folder })
  const lock = await lockFolder(folder)
  try {
    const beside = join(folder, `.${databaseName}.000000000000.tmp`) // what a killed process leaves is removed with its lock
    const store = openProjectStore(beside, { create: true })
    try {
      store.transaction(() =>
        store.project.create({ uuid: crypto.randomUUID(), name, createdAt: new Date().toISOString() }),
      )
      await fill(store)
    } finally {
      store.close()
    }
    await rename(beside, file)
  } finally {
    await lock.release()
  }
}

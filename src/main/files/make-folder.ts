import { access, constants, mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'
import { systemCode, writeError } from './write-atomically'

/**
 * Makes the folder that results go to, and those above it.
 *
 * @throws AppError NOT_A_FOLDER, FOLDER_NOT_WRITABLE and the like, before any work is done for nothing
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK)
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOTDIR') {
      throw new AppError('NOT_A_FOLDER', { file: await fileInTheWay(folder) }, { cause: error })
    }
    throw writeError(error, join(folder, 'a result'))
  }
}

/** The nearest path upwards that exists. */
async function fileInTheWay(path: string): Promise<string> {
  for (let above = path; ; above = dirname(above)) {
    if ((await stat(above).catch(() => null)) || above === dirname(above)) return above
  }
}

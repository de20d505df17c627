import { open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { systemCode, writeError } from './write-atomically'

/** A claim on a folder: until it is given back, no other process works in it. */
export interface FolderLock {
  release(): Promise<void>
}

const name = '.lock'

/**
 * Claims a folder for this process. What a killed process left behind is taken over.
 *
 * @throws AppError FOLDER_IN_USE while another process holds it, on this computer or on another one
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, name)
  for (;;) {
    try {
      const lock = await open(file, 'wx')
      await lock.writeFile(`${process.pid} ${hostname()}\n`)
      await lock.close()
      return { release: () => rm(file, { force: true }) }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw writeError(error, file)
    }
    const holder = await readFile(file, 'utf8').catch(() => '') // given back in between
    if (isAlive(holder)) throw new AppError('FOLDER_IN_USE', { file: folder, lock: file })
    await rm(file, { force: true })
  }
}

/** Whether the process that wrote the lock still runs; of another computer nobody here can tell, so it counts. */
function isAlive(holder: string): boolean {
  const [pid, host] = holder.trim().split(' ')
  if (pid === undefined || host === undefined || !/^\d+$/.test(pid)) return false
  if (host !== hostname()) return true
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM' // it runs, as somebody else
  }
}

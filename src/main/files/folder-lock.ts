import { open, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { removeUnfinished, systemCode, writeError } from './write-atomically'

/** A claim on a folder: until it is given back, no other process works in it. */
export interface FolderLock {
  release(): Promise<void>
}

export const lockName = '.lock'

/** Locks of this process that are given back but lie where their folder was moved to */
const carriedAway = new Set<string>()

/**
 * Claims a folder for this process. What a killed process left behind is taken over: its lock, and the files that it
 * did not finish.
 *
 * @throws AppError FOLDER_IN_USE while another process holds it, on this computer or on another one
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, lockName)
  for (;;) {
    try {
      const lock = await open(file, 'wx')
      await lock.writeFile(`${process.pid} ${hostname()} ${(await startOf('self')) ?? ''}\n`)
      const own = identityOf(await lock.stat())
      carriedAway.delete(own)
      await lock.close()
      await removeUnfinished(folder)
      return { release: () => release(file, own) }
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw writeError(error, file)
    }
    const holder = await readFile(file, 'utf8').catch(() => '') // given back in between
    const isGivenBack = carriedAway.has(await identityAt(file))
    if (!isGivenBack && (await isAlive(holder)))
      throw new AppError('FOLDER_IN_USE', { file: folder, lock: file })
    await rm(file, { force: true })
  }
}

async function release(file: string, own: string): Promise<void> {
  if ((await identityAt(file)) === own) await rm(file, { force: true })
  else carriedAway.add(own)
}

const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`

const identityAt = (file: string): Promise<string> => stat(file).then(identityOf, () => '') // it is not there

/** Whether the process that wrote the lock still runs; of another computer nobody here can tell, so it counts. */
async function isAlive(holder: string): Promise<boolean> {
  const [pid, host, start] = holder.trim().split(' ')
  if (pid === undefined || host === undefined || !/^\d+$/.test(pid)) return false
  if (host !== hostname()) return true
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if (systemCode(error) !== 'EPERM') return false // with EPERM it runs, as somebody else
  }
  const now = await startOf(pid)
  // Its number may be a later process's by now, above all in a container, which counts from 1 each time.
  return now !== 'dead' && (start === undefined || now === null || now === start)
}

/**
 * When a process started, in ticks since the computer did; null where the system does not tell, as only Linux does.
 * A killed process whose parent has not asked how it ended still has its number, but is dead.
 */
async function startOf(pid: string): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (stat === null) return null
  // The name in parentheses may hold anything; the state follows it, and the start is nineteen fields on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return /[ZX]/.test(fields[0] ?? '') ? 'dead' : (fields[19] ?? null)
}

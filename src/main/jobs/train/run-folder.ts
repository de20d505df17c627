import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError } from '../../../shared/errors'
import { makeFolder } from '../../files/make-folder'
import { systemCode, writeError } from '../../files/write-atomically'

/** The original scripts' names, so that their users find what they look for. */
export const checkpointNames = { latest: 'medsam_lite_latest.pth', best: 'medsam_lite_best.pth' } as const

const two = (value: number): string => String(value).padStart(2, '0')

/** `20261124-0628`, in local time, as the original multi-GPU script names its runs. */
function stamp(date: Date): string {
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}`
}

/**
 * Makes the dated folder of a new run, `<task>-YYYYmmdd-HHMM`; a second run in the same minute gets `-2`.
 *
 * @throws AppError NOT_A_FOLDER, FOLDER_NOT_WRITABLE, DISK_FULL
 */
export async function createRunFolder(out: string, task: string, date: Date): Promise<string> {
  const name = `${task}-${stamp(date)}`
  await makeFolder(out)
  for (let copy = 1; ; copy++) {
    const folder = join(out, copy === 1 ? name : `${name}-${copy}`)
    try {
      await mkdir(folder)
      return folder
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw writeError(error, folder)
    }
  }
}

const runPattern = /-(\d{8}-\d{4})(?:-(\d+))?$/

/** Sorts by date, then by the copy in that minute. */
function runOrder(name: string): string {
  const [, date = '', copy = '1'] = runPattern.exec(name) ?? []
  return `${date} ${copy.padStart(4, '0')}`
}

export const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isFile() ?? false

/**
 * The checkpoint that `--resume` means: the file itself, the latest one in a run folder, or that of the newest dated
 * run in a folder of runs.
 *
 * @throws AppError FILE_NOT_FOUND, NOTHING_TO_RESUME
 */
export async function checkpointToResume(path: string): Promise<string> {
  const info = await stat(path).catch(() => null)
  if (!info) throw new AppError('FILE_NOT_FOUND', { file: path })
  if (info.isFile()) return path
  const own = await checkpointOf(path)
  if (own !== null) return own
  const runs = (await readdir(path, { withFileTypes: true }))
    .filter(entry => entry.isDirectory() && runPattern.test(entry.name))
    .map(entry => entry.name)
    .sort((a, b) => (runOrder(a) < runOrder(b) ? 1 : -1))
  for (const run of runs) {
    const checkpoint = await checkpointOf(join(path, run))
    if (checkpoint !== null) return checkpoint
  }
  throw new AppError('NOTHING_TO_RESUME', { file: path })
}

/** The latest one; the first epoch's best one where a kill came between the two. */
async function checkpointOf(run: string): Promise<string | null> {
  for (const name of [checkpointNames.latest, checkpointNames.best]) {
    if (await isFile(join(run, name))) return join(run, name)
  }
  return null
}

/** Whether a folder has the name of a run, so that a resumed one goes on in it. */
export const isRunFolder = (folder: string): boolean => runPattern.test(basename(folder))

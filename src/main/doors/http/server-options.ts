import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../../shared/errors'

export interface ServerOptions {
  /** 0: a free one */
  readonly port: number
  /** What the page may list and import, absolute */
  readonly root: string
  readonly openBrowser: boolean
}

export const serverHelp = `Usage: npm run serve -- [options]

Opens SliceTune in the browser of this computer.

  --port N     port to listen on (default: a free one)
  --root DIR   folder that may be looked into for images (default: your home folder)
  --no-open    only print the address
  --help       this text
`

/**
 * @returns null where the help was asked for
 * @throws AppError USAGE, FOLDER_NOT_FOUND
 */
export function parseServerOptions(args: readonly string[]): ServerOptions | null {
  const { port, root, open, help } = parsed(args)
  if (help === true) return null
  const number = Number(port ?? 0)
  if (!Number.isInteger(number) || number < 0 || number > 65_535)
    throw new AppError('USAGE', { reason: `--port takes a number up to 65535, not ${port ?? ''}.` })
  const folder = resolve(root ?? homedir())
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new AppError('FOLDER_NOT_FOUND', { file: folder })
  return { port: number, root: folder, openBrowser: open !== false }
}

function parsed(args: readonly string[]): {
  port?: string
  root?: string
  open?: boolean
  help?: boolean
} {
  try {
    return parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        port: { type: 'string' },
        root: { type: 'string' },
        open: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('USAGE', { reason: `${reason.replace(/[. ]*$/, '')}. See --help.` }, { cause: error })
  }
}

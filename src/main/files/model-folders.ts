import { homedir } from 'node:os'
import { join } from 'node:path'

export interface ModelFolders {
  /** `weights/` of SliceTune itself, never written to */
  readonly bundled: string
  /** The user's own models: downloaded and imported */
  readonly user: string
}

/** @param root - folder of SliceTune itself, see `findAppRoot` */
export function modelFolders(root: string, env: NodeJS.ProcessEnv = process.env): ModelFolders {
  return { bundled: join(root, 'weights'), user: join(userDataFolder(env), 'models') }
}

/** Where each system keeps the data of programs for one user; SLICETUNE_HOME overrides it. */
export function userDataFolder(env: NodeJS.ProcessEnv): string {
  const chosen = env['SLICETUNE_HOME']
  if (chosen) return chosen
  if (process.platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'SliceTune')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'SliceTune')
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'slicetune')
}

import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { zipSync } from 'fflate'
import { AppError } from '../../shared/errors'
import { refuseLinks } from '../files/refuse-links'
import type { ProjectSession } from '../projects/project-session'
import type { BlobBytes } from '../services/blob-bytes'
import { exportId, exportsFolder } from './run-export'

/** Formats that are compressed already are only stored. */
const compressed = /\.(png|gz)$/

/**
 * A finished export of a project as one file, for a door without dialogs.
 *
 * @throws AppError NO_SUCH_ITEM
 */
export async function zipExport(session: ProjectSession, id: string): Promise<BlobBytes> {
  const folder = join(exportsFolder(session), id)
  const missing = new AppError('NO_SUCH_ITEM', { kind: 'export', id })
  if (!exportId.test(id) || isLinked(session, folder)) throw missing
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw missing
  })
  const files: Record<string, [Uint8Array, { level: 0 | 6 }]> = {}
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const name = relative(folder, file).split(sep).join('/')
    files[`${id}/${name}`] = [await readFile(file), { level: compressed.test(name) ? 0 : 6 }]
  }
  return { type: 'application/zip', bytes: new Uint8Array(zipSync(files)), fileName: `${id}.zip` }
}

/** What a link leads to was not exported from here, and is nobody's business. */
function isLinked({ folder }: ProjectSession, path: string): boolean {
  try {
    refuseLinks(folder, path)
    return false
  } catch {
    return true
  }
}

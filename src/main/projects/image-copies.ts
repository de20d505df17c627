import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative, sep } from 'node:path'
import { makeFolder } from '../files/make-folder'
import { refuseLinks } from '../files/refuse-links'
import { writeAtomically, writeError } from '../files/write-atomically'

/** Where a project keeps the pixels that it has itself */
export const imagesFolder = 'images'

/** Where files that were dropped on a page lie until they are read, and afterwards */
const uploadsFolder = 'uploads'

export const isUploaded = (file: string, folder: string): boolean =>
  pathInProject(file, folder).startsWith(`${uploadsFolder}/`)

/** A name of its own in the project's folder; the bytes that were checked are the ones that are kept. */
export function copyIn(file: string, bytes: Uint8Array, folder: string): Promise<string> {
  return copyAs(file, folder, path => writeAtomically(path, bytes))
}

/** The same for a file that is too large to be held. @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE */
export function copyFileIn(file: string, folder: string): Promise<string> {
  return copyAs(file, folder, async path => {
    const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
    try {
      await copyFile(file, beside)
      await rename(beside, path)
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined) // the first error is the one to report
      throw writeError(error, path)
    }
  })
}

async function copyAs(file: string, folder: string, write: (path: string) => Promise<void>): Promise<string> {
  const inside = isAbsolute(file) ? pathInProject(file, folder) : file
  if (inside.startsWith(`${imagesFolder}/`)) return inside
  refuseLinks(folder, join(folder, imagesFolder))
  await makeFolder(join(folder, imagesFolder))
  const { stem, end } = nameParts(file)
  for (let copy = 1; ; copy++) {
    const name = copy === 1 ? `${stem}${end}` : `${stem}-${copy}${end}`
    if (existsSync(join(folder, imagesFolder, name))) continue
    await write(join(folder, imagesFolder, name))
    return `${imagesFolder}/${name}`
  }
}

/** File systems take 255 bytes; a number and what marks an unfinished file come on top. */
const [mostStemBytes, mostEndBytes] = [200, 20]

function nameParts(file: string): { stem: string; end: string } {
  const own = /\.nii\.gz$/i.exec(file)?.[0] ?? extname(file)
  const end = Buffer.byteLength(own) > mostEndBytes ? '' : own
  const letters = Array.from(basename(file).slice(0, -end.length || undefined))
  while (Buffer.byteLength(letters.join('')) > mostStemBytes) letters.pop()
  return { stem: letters.join(''), end }
}

/** Relative, with slashes, where the file lies in the project's folder: such a project can be moved. */
export function pathInProject(file: string, folder: string): string {
  const path = relative(folder, file)
  const isBelow = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
  return isBelow ? path.split(sep).join('/') : file
}

import { insideRoots } from '../files/inside-root'
import type { ServiceContext } from './service-context'

/**
 * The real path of what a door asks for: below the root that it was started with, or in the user's own folder.
 *
 * @throws AppError FOLDER_NOT_FOUND
 */
export function allowedPath({ root, app }: ServiceContext, path: string): Promise<string> {
  return insideRoots(path, root === null ? [] : [root, app.folder])
}

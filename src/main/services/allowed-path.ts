import { insideRoots } from '../files/inside-root'
import type { ServiceContext } from './service-context'

/** Below these a door may look, its root and the user's own folder; empty: everywhere. */
export function allowedRoots({ root, app }: ServiceContext): string[] {
  return root === null ? [] : [root, app.folder]
}

/**
 * The real path of what a door asks for.
 *
 * @throws AppError FOLDER_NOT_FOUND, also for what lies outside its roots
 */
export function allowedPath(context: ServiceContext, path: string): Promise<string> {
  return insideRoots(path, allowedRoots(context))
}

/** @throws as `allowedPath` */
export async function allowedPaths(context: ServiceContext, paths: readonly string[]): Promise<string[]> {
  const allowed: string[] = []
  for (const path of paths) allowed.push(await allowedPath(context, path))
  return allowed
}

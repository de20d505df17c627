import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import * as z from 'zod'
import { bundledModel } from '../../shared/domain/evaluation'
import type { Project } from '../../shared/domain/project'
import type { Series } from '../../shared/domain/slice'
import { AppError } from '../../shared/errors'
import type { StoredSeries } from '../database/project-store'
import type { ProjectSession, SessionParts } from './project-session'

/** ID of the model that answers in a project. */
export function modelInUse(session: ProjectSession): string {
  return session.store.settings.get('model', z.string().min(1)) ?? bundledModel
}

export async function describeProject(session: ProjectSession, parts: SessionParts): Promise<Project> {
  const { store, id, folder, mode } = session
  return {
    id,
    name: store.project.get().name,
    folder,
    mode,
    lookReason: parts.lookReason,
    isOnShare: parts.isOnShare,
    labels: store.labels.list(),
    series: await describeSeries(session, store.series.list()),
    counts: store.slices.counts(),
    model: modelInUse(session),
    undo: store.journal.state(),
  }
}

/** Each folder is listed once: ten thousand questions for single files would take seconds on a share. */
async function describeSeries(session: ProjectSession, stored: readonly StoredSeries[]): Promise<Series[]> {
  const folders = new Set(stored.map(({ path }) => dirname(session.pathOf(path))))
  const names = new Map(
    await Promise.all(
      [...folders].map(async folder => [folder, new Set(await readdir(folder).catch(() => []))] as const),
    ),
  )
  return stored.map(({ path, isCopied: _, bytes: _b, sha256: _s, directions: _d, ...series }) => {
    const file = session.pathOf(path)
    const isThere = names.get(dirname(file))?.has(basename(file)) ?? false
    return { ...series, missing: isThere ? null : new AppError('FILE_NOT_FOUND', { file }).message }
  })
}

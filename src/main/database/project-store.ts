import { statSync } from 'node:fs'
import { AppError } from '../../shared/errors'
import { openDatabase } from './open-database'
import type { Database, OpenDatabaseOptions } from './open-database'
import { readable, sqliteError, translated } from './sqlite-error'
import type { AnnotationsRepository } from './repositories/annotations'
import { createAnnotationsRepository } from './repositories/annotations'
import type { CrossProposalsRepository } from './repositories/cross-proposals'
import { createCrossProposalsRepository } from './repositories/cross-proposals'
import type { JournalRepository } from './repositories/journal'
import { createJournalRepository } from './repositories/journal'
import type { LabelsRepository } from './repositories/labels'
import { createLabelsRepository } from './repositories/labels'
import type { PredictionsRepository } from './repositories/predictions'
import { createPredictionsRepository } from './repositories/predictions'
import type { ProjectRepository } from './repositories/project'
import { createProjectRepository } from './repositories/project'
import type { RunsRepository } from './repositories/runs'
import { createRunsRepository } from './repositories/runs'
import type { SeriesRepository } from './repositories/series'
import { createSeriesRepository } from './repositories/series'
import type { SettingsRepository } from './repositories/settings'
import { createSettingsRepository } from './repositories/settings'
import type { SlicesRepository } from './repositories/slices'
import { createSlicesRepository } from './repositories/slices'
import type { VersionsRepository } from './repositories/versions'
import { createVersionsRepository } from './repositories/versions'

export type { ActionScope, JournalStep, RecordedStep } from './repositories/journal'
export type { NewPrediction, StoredPrediction } from './repositories/predictions'
export type { MeasuredDraft, PlacedAnnotation } from './repositories/annotations'
export type { NewSeries, StoredSeries } from './repositories/series'
export type { NewSlice, StoredSlice } from './repositories/slices'
export type { RunChange, StoredRun } from './repositories/runs'
export type { StoredVersion } from './repositories/versions'

/**
 * What a project keeps, one repository a table. All calls are synchronous. What a person does goes through
 * `ProjectSession.act`, which remembers it for undo and announces it; a repository alone does neither.
 */
export interface ProjectStore {
  readonly project: ProjectRepository
  readonly settings: SettingsRepository
  readonly series: SeriesRepository
  readonly slices: SlicesRepository
  readonly labels: LabelsRepository
  readonly annotations: AnnotationsRepository
  readonly crossProposals: CrossProposalsRepository
  readonly predictions: PredictionsRepository
  readonly journal: JournalRepository
  readonly runs: RunsRepository
  readonly versions: VersionsRepository
  /**
   * All or nothing; transactions within it are parts of it.
   *
   * @throws AppError DISK_FULL, NOT_SAVED, READ_ONLY_PROJECT, CORRUPT_FILE
   */
  transaction<T>(work: () => T): T
  /** @throws AppError NOT_SAVED where the folder was moved or removed while it was open */
  assertInPlace(): void
  /** Counts up whenever another process has changed the database */
  outsideVersion(): number
  close(): void
}

/** @throws as `openDatabase` */
export function openProjectStore(file: string, options: OpenDatabaseOptions = {}): ProjectStore {
  const db = openDatabase(file, options)
  try {
    return storeOf(db, file)
  } catch (error) {
    db.close()
    throw sqliteError(error, file)
  }
}

function storeOf(db: Database, file: string): ProjectStore {
  const place = fileIdentity(file)
  const assertInPlace = (): void => {
    if (fileIdentity(file) === place) return
    // SQLite would go on writing to a file that nobody finds again.
    throw new AppError('NOT_SAVED', { file, reason: 'its folder was moved or removed while it was open' })
  }
  return {
    project: readable(file, createProjectRepository(db)),
    settings: readable(file, createSettingsRepository(db)),
    series: readable(file, createSeriesRepository(db)),
    slices: readable(file, createSlicesRepository(db)),
    labels: readable(file, createLabelsRepository(db)),
    annotations: readable(file, createAnnotationsRepository(db)),
    crossProposals: readable(file, createCrossProposalsRepository(db)),
    predictions: readable(file, createPredictionsRepository(db)),
    journal: readable(file, createJournalRepository(db)),
    runs: readable(file, createRunsRepository(db)),
    versions: readable(file, createVersionsRepository(db)),
    transaction: work => {
      if (!db.inTransaction) assertInPlace()
      return translated(file, db.transaction(work))
    },
    assertInPlace,
    outsideVersion: () => Number(db.pragma('data_version', { simple: true })),
    close: () => void db.close(),
  }
}

/** null where it is not there */
function fileIdentity(file: string): string | null {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats ? `${stats.dev}:${stats.ino}` : null
}

import { join } from 'node:path'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { ExportEvent, ExportReport } from '../../shared/contract/exports'
import { problemOf } from '../../shared/problem-of'
import { AppError, isAppError } from '../../shared/errors'
import { isInside } from '../files/inside-root'
import { refuseLinks } from '../files/refuse-links'
import { pixelReader } from '../projects/describe-slice'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import { windowImage } from '../inference/window-image'
import { countLimits } from './count-limits'
import { ExportFolder } from './export-folder'
import { exportLabels, exportSlices } from './export-slices'
import type { AnyExporter, ExportProgress, ExportSlice, ExportWorld } from './exporter'
import { limitText } from './limit-text'
import { CommonOptions } from './option-fields'
import type { ExportLog } from './export-report'
import { exportReport } from './export-report'

export interface ExportRun {
  readonly session: ProjectSession
  readonly exporter: AnyExporter
  readonly options: Readonly<Record<string, unknown>>
  /** Absolute; where it exists, a number is put behind its name */
  readonly folder: string
  /** Of SliceTune */
  readonly version: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Writes the accepted annotations of a project. Slices that cannot be read are left out and listed; a cancelled export
 * leaves nothing.
 *
 * @throws AppError USAGE for options that the format does not have, DISK_FULL, FOLDER_NOT_WRITABLE, LINK_IN_PROJECT, NOT_SAVED
 */
export async function* runExport(run: ExportRun): AsyncGenerator<ExportEvent> {
  const { session, exporter } = run
  const options = exporterOptions(exporter, run.options)
  const slices = exportSlices(session, CommonOptions.parse(options))
  if (isInside(run.folder, session.folder)) {
    // Else the folder would be made anew where it was.
    session.store.assertInPlace()
    refuseLinks(session.folder, run.folder)
  }
  const folder = await ExportFolder.begin(run.folder)
  const madeAt = new Date()
  const log: ExportLog = { skipped: [], notes: [], objects: new Map() }
  try {
    const limits = await countLimits(session, exporter, options, run.signal)
    log.notes.push(...limits.map(limitText))
    yield { event: 'limits', limits: limits.map(limit => ({ ...limit, text: limitText(limit) })) }
    const world = exportWorld(run, { slices, folder, log, madeAt })
    yield* exporter.write(options, world)
    const report = exportReport({
      ...run,
      options,
      slices,
      model: modelInUse(session),
      log,
      madeAt,
      files: folder.files,
    })
    await folder.write('report.json', `${JSON.stringify(report, null, 2)}\n`)
    const place = await folder.finish()
    const { slices: written, objects, skipped } = report
    yield summary({ run, place, slices: written, objects, skipped, files: folder.files })
  } catch (error) {
    if (!isCancel(error)) throw error
    yield summary({ run, place: run.folder, slices: 0, objects: 0, skipped: [], files: [] })
  } finally {
    await folder.discard()
  }
}

/** @throws AppError USAGE for options that the format does not have */
export function exporterOptions(
  exporter: AnyExporter,
  options: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result = exporter.options.strict().safeParse(options)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const reason = `The format ${exporter.id} has no such option: ${issue?.path.join('.') ?? ''} (${issue?.message ?? ''}).`
  throw new AppError('USAGE', { reason })
}

interface Parts {
  readonly slices: readonly ExportSlice[]
  readonly folder: ExportFolder
  readonly log: ExportLog
  readonly madeAt: Date
}

function exportWorld(
  { session, signal, version }: ExportRun,
  { slices, folder, log, madeAt }: Parts,
): ExportWorld {
  const { name, uuid } = session.store.project.get()
  return {
    ...{ project: { name, uuid }, version, madeAt },
    labels: exportLabels(session),
    slices,
    objectsOf: ({ id }) => {
      const objects = session.store.annotations.ofSlice(id).filter(({ status }) => status === 'accepted')
      log.objects.set(id, objects.length)
      return objects
    },
    picture: slice => pictureOf(session, slice),
    pixels: ({ id }) => pixelReader(session).pixels(sliceSource(session, id)),
    channels: async ({ id }) => (await pixelReader(session).facts(sliceSource(session, id))).channels,
    sourceFile: ({ path }) => session.pathOf(path),
    write: (path, contents) => folder.write(path, contents),
    note: text => void log.notes.push(text),
    each: (items, work) => eachItem(items, work, { signal, log }),
  }
}

async function* eachItem<T extends { readonly name: string }>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  { signal, log }: { readonly signal: AbortSignal | undefined; readonly log: ExportLog },
): AsyncGenerator<ExportProgress> {
  yield { event: 'progress', done: 0, total: items.length }
  for (const [index, item] of items.entries()) {
    if (signal?.aborted === true) throw new AppError('ABORTED', {})
    const before = new Set(log.objects.keys())
    try {
      await work(item)
    } catch (error) {
      if (!isAppError(error) || endsAll.includes(error.code)) throw error
      for (const slice of log.objects.keys()) if (!before.has(slice)) log.objects.delete(slice)
      log.skipped.push({ name: item.name, ...problemOf(error) })
    }
    yield { event: 'progress', done: index + 1, total: items.length }
  }
}

/** What the next slice would meet as well. */
const endsAll = ['ABORTED', 'DISK_FULL', 'FOLDER_NOT_WRITABLE', 'FOLDER_NOT_FOUND']

const isCancel = (error: unknown): boolean => isAppError(error) && error.code === 'ABORTED'

/** A byte is shown as it is; other values, and those with a window of the user's, through their window. */
async function pictureOf(session: ProjectSession, { id }: ExportSlice): Promise<Tensor<'uint8'>> {
  const source = sliceSource(session, id)
  const reader = pixelReader(session)
  const { width, height, channels, values, sampleType } = await reader.pixels(source)
  const shape = channels === 1 ? [height, width] : [height, width, channels]
  if (values instanceof Uint8Array && source.window === null) return tensor('uint8', shape, values)
  const window = source.window ?? (await reader.facts(source)).autoWindow
  return windowImage(tensor(sampleType, shape, values), window)
}

interface Summary extends Pick<ExportReport, 'slices' | 'objects' | 'skipped'> {
  readonly run: ExportRun
  readonly place: string
  readonly files: ExportFolder['files']
}

function summary({ run, place, files, ...counts }: Summary): ExportReport {
  return {
    event: 'report',
    format: run.exporter.id,
    folder: place,
    id: idOf(run.session, place),
    ...counts,
    files,
    interrupted: files.length === 0,
  }
}

/** By which its zip is asked for; null for an export that lies elsewhere. */
function idOf(session: ProjectSession, place: string): string | null {
  const name = place.slice(exportsFolder(session).length + 1)
  return place === join(exportsFolder(session), name) && exportId.test(name) ? name : null
}

/** As addresses of blobs allow it. */
export const exportId = /^[A-Za-z0-9_-]{1,64}$/

/** Where exports go that nobody gave a folder. */
export const exportsFolder = ({ folder }: ProjectSession): string => join(folder, 'exports')

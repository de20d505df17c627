import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as z from 'zod'
import { exporters } from '../../../../src/main/exporters'
import type { ExportRun } from '../../../../src/main/exporters/run-export'
import { runExport } from '../../../../src/main/exporters/run-export'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { importFiles } from '../../../../src/main/projects/import-files'
import { measured } from '../../../../src/main/projects/edit-slice'
import type { ExportEvent, ExportReport } from '../../../../src/shared/contract/exports'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { writeFiles } from '../support/folders'
import { filledBox } from '../support/plain-finder'
import type { Box } from '../../../../src/shared/domain/prompt'

/** Puts a rectangle on a slice, as a person would have drawn it. */
export function draw(
  session: ProjectSession,
  slice: number,
  object: {
    readonly label: number
    readonly box: Box
    readonly hole?: Box
    readonly change?: Partial<AnnotationDraft>
  },
): void {
  const stored = session.store.slices.get(slice)
  if (!stored) throw new Error(`There is no slice ${slice}`)
  const { width, height } = stored
  const mask = filledBox(object.box, width, height)
  if (object.hole) filledBox(object.hole, width, height).forEach((value, at) => value === 1 && (mask[at] = 0))
  const draft: AnnotationDraft = {
    ...{ id: null, labelId: object.label, runs: encodeRuns(mask), status: 'accepted', origin: 'drawn' },
    ...{ prompt: null, predictedIou: null, model: null },
    ...object.change,
  }
  session.store.annotations.put(slice, measured(draft, stored))
}

export const finish = (session: ProjectSession, ...slices: readonly number[]): void => {
  for (const slice of slices) session.store.slices.setState(slice, 'done', 'Ada')
}

/** A volume of a file's bytes in the project, cut along z; its planes are done where they are named. */
export function addVolume(
  session: ProjectSession,
  {
    name,
    bytes,
    size: [width, height, planes],
  }: { name: string; bytes: Uint8Array; size: readonly [number, number, number] },
): number[] {
  writeFiles(session.folder, { [`images/${name}`]: bytes })
  const seriesId = session.store.series.add({
    ...{ name, kind: 'volume', path: `images/${name}`, isCopied: true, bytes: bytes.length, sha256: name },
    ...{ group: name, axis: 2, planes, directions: null },
  })
  return Array.from({ length: planes }, (_, plane) => {
    const slice = { seriesId, name: `${name}-00${plane}`, plane, width, height, spacingMm: null }
    return session.store.slices.add({ ...slice, state: 'to-do' })
  })
}

interface Exported {
  readonly events: readonly ExportEvent[]
  readonly report: ExportReport
}

type Given = Partial<Pick<ExportRun, 'options' | 'folder' | 'signal'>>

/** Runs an export to its end. */
export async function exported(
  session: ProjectSession,
  format: string,
  given: Given = {},
): Promise<Exported> {
  const exporter = exporters.find(({ id }) => id === format)
  if (!exporter) throw new Error(`There is no format ${format}`)
  const folder = join(session.folder, 'exports', format)
  const events: ExportEvent[] = []
  const run = { session, exporter, options: {}, folder, version: '1.2.3', ...given }
  for await (const event of runExport(run)) events.push(event)
  const report = events.at(-1)
  if (report?.event !== 'report') throw new Error('An export ends with a report')
  return { events, report }
}

/** Every file below a folder, with slashes. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

export const readJson = <S extends z.ZodType>(file: string, schema: S): z.infer<S> =>
  schema.parse(JSON.parse(readFileSync(file, 'utf8')))

/**
 * Imports files as a person does.
 *
 * @returns the slices of each series, in the order of the list
 */
export async function imported(session: ProjectSession, ...paths: readonly string[]): Promise<number[][]> {
  const known = new Set(session.store.slices.summaries().map(({ id }) => id))
  for await (const event of importFiles(session, { paths, copy: false })) {
    if (event.event === 'item' && event.error) throw new Error(event.error.message)
  }
  const series = new Map<number, number[]>()
  for (const { id, seriesId } of session.store.slices.summaries()) {
    if (!known.has(id)) series.set(seriesId, [...(series.get(seriesId) ?? []), id])
  }
  return [...series.values()]
}

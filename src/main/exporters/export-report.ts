import type { ExportReport } from '../../shared/contract/exports'
import type { ProjectSession } from '../projects/project-session'
import type { WrittenFile } from './export-folder'
import type { AnyExporter, ExportSlice } from './exporter'
import { exportLabels } from './export-slices'

/** What happened while the files were written. */
export interface ExportLog {
  readonly skipped: ExportReport['skipped']
  readonly notes: string[]
  /** How many objects of a slice are in the files; what was left out is not in it */
  readonly objects: Map<number, number>
}

export interface ReportParts {
  readonly session: ProjectSession
  readonly exporter: AnyExporter
  readonly options: Readonly<Record<string, unknown>>
  readonly slices: readonly ExportSlice[]
  /** ID of the model in use */
  readonly model: string
  readonly version: string
  readonly madeAt: Date
  readonly log: ExportLog
  readonly files: readonly WrittenFile[]
}

/** What lies beside the files as `report.json`: whoever gets them can tell what they are and that they are whole. */
export interface ReportFile extends Pick<
  ExportReport,
  'format' | 'slices' | 'objects' | 'files' | 'skipped'
> {
  readonly program: string
  readonly use: string
  readonly madeAt: string
  readonly project: string
  readonly options: Readonly<Record<string, unknown>>
  readonly emptySlices: number
  readonly labels: readonly { readonly value: number; readonly name: string; readonly objects: number }[]
  /** Slices a side; null: not split */
  readonly split: { readonly train: number; readonly val: number } | null
  readonly model: {
    readonly inUse: string
    /** Objects by the model that drew them; those that a person drew have none */
    readonly drawnBy: Readonly<Record<string, number>>
  }
  readonly notes: readonly string[]
}

export function exportReport(parts: ReportParts): ReportFile {
  const { session, exporter, options, model, version, log, files } = parts
  const slices = parts.slices.filter(({ id }) => log.objects.has(id))
  const counts = slices.map(({ id }) => log.objects.get(id) ?? 0)
  const { labels, drawnBy } = countObjects(session, slices)
  const onSide = (side: 'train' | 'val'): number => slices.filter(({ split }) => split === side).length
  return {
    program: `SliceTune ${version}`,
    use: 'Research use only. Not a medical device.',
    madeAt: parts.madeAt.toISOString(),
    project: session.store.project.get().name,
    format: exporter.id,
    options,
    slices: slices.length,
    objects: counts.reduce((sum, count) => sum + count, 0),
    emptySlices: counts.filter(count => count === 0).length,
    labels,
    split: slices.some(({ split }) => split !== null) ? { train: onSide('train'), val: onSide('val') } : null,
    model: { inUse: model, drawnBy },
    notes: log.notes,
    skipped: log.skipped,
    files: [...files],
  }
}

function countObjects(
  session: ProjectSession,
  slices: readonly ExportSlice[],
): { labels: ReportFile['labels']; drawnBy: Record<string, number> } {
  const byLabel = new Map<number, number>()
  const drawnBy = new Map<string, number>()
  for (const { id } of slices) {
    for (const { labelId, status, model } of session.store.annotations.ofSlice(id)) {
      if (status !== 'accepted') continue
      byLabel.set(labelId, (byLabel.get(labelId) ?? 0) + 1)
      if (model !== null) drawnBy.set(model, (drawnBy.get(model) ?? 0) + 1)
    }
  }
  const labels = exportLabels(session).map(({ id, name, value }) => ({
    ...{ value, name },
    objects: byLabel.get(id) ?? 0,
  }))
  return { labels, drawnBy: Object.fromEntries(drawnBy) }
}

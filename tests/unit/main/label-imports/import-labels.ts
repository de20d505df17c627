import { importLabels } from '../../../../src/main/label-imports/import-labels'
import type { LabelImport } from '../../../../src/main/label-imports/import-labels'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { ImportedLabels, LabelImportEvent } from '../../../../src/shared/contract/label-imports'
import { decodeRuns } from '../../../../src/shared/masks/rle'

/** Adds images, in place. */
export async function addImages(session: ProjectSession, ...paths: readonly string[]): Promise<void> {
  for await (const event of importFiles(session, { paths, copy: false }))
    if (event.event === 'item' && event.error) throw new Error(event.error.message)
}

export async function labelEvents(
  session: ProjectSession,
  paths: readonly string[],
  request: Partial<LabelImport> = {},
): Promise<LabelImportEvent[]> {
  const events: LabelImportEvent[] = []
  for await (const event of importLabels(session, { paths, by: 'Ada', ...request })) events.push(event)
  return events
}

/** What became of each file. */
export async function attach(
  session: ProjectSession,
  paths: readonly string[],
  request: Partial<LabelImport> = {},
): Promise<ImportedLabels[]> {
  const events = await labelEvents(session, paths, request)
  return events.flatMap(event => (event.event === 'item' ? [event] : []))
}

/** The masks of a series as one label volume, slice after slice. @param valueOf - by the name of the label; 0 leaves it out */
export function voxelsOf(
  session: ProjectSession,
  seriesId: number,
  valueOf: (label: string) => number,
): number[] {
  const { slices, annotations, labels } = session.store
  return slices.ofSeries(seriesId).flatMap(slice => {
    const values = new Array<number>(slice.width * slice.height).fill(0)
    for (const { runs, labelId } of annotations.ofSlice(slice.id)) {
      const value = valueOf(labels.get(labelId)?.name ?? '')
      if (value !== 0)
        decodeRuns(runs, values.length).forEach((isSet, at) => isSet === 1 && (values[at] = value))
    }
    return values
  })
}

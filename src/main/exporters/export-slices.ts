import type { SliceSummary } from '../../shared/domain/slice'
import type { ProjectSession } from '../projects/project-session'
import { heldOutGroups } from '../trainings/split'
import type { ExportLabel, ExportSlice } from './exporter'
import type { CommonOptions } from './option-fields'

/** The slices that an export takes, in the order of the lists. */
export function exportSlices(session: ProjectSession, options: CommonOptions): ExportSlice[] {
  const { store } = session
  const seriesStems = new Set<string>()
  const series = new Map(
    store.series.list().map(one => [one.id, { ...one, stem: freeStem(one.name, seriesStems) }]),
  )
  const heldOut = options.split ? heldOutGroups(session) : new Set<string>()
  const stems = new Set<string>()
  return store.slices
    .summaries()
    .filter(summary => isTaken(summary, options))
    .flatMap(({ id }) => {
      const slice = store.slices.get(id)
      const of = slice && series.get(slice.seriesId)
      if (!slice || !of) return []
      const { name, plane, width, height, spacingMm } = slice
      const split = heldOut.size === 0 ? null : heldOut.has(of.group) ? 'val' : 'train'
      const names = { name, stem: freeStem(name, stems), seriesStem: of.stem }
      return [{ id, ...names, series: of, plane, width, height, spacingMm, split }]
    })
}

/** How many of a project there would be, without the slices themselves. */
export function countExported(
  { store }: ProjectSession,
  options: CommonOptions,
): { slices: number; objects: number; leftOut: number } {
  const summaries = store.slices.summaries()
  const taken = summaries.filter(summary => isTaken(summary, options))
  const objects = taken.reduce((sum, slice) => sum + slice.objects, 0)
  return { slices: taken.length, objects, leftOut: summaries.length - taken.length }
}

function isTaken({ state, objects }: SliceSummary, { slices }: CommonOptions): boolean {
  if (state === 'done' || state === 'nothing-here') return true
  return slices === 'accepted' && state !== 'rejected' && objects > 0
}

/** Labels are counted from 1 in the order of the list, so that no number is missing in between. */
export function exportLabels({ store }: ProjectSession): ExportLabel[] {
  return store.labels.list().map(({ id, name, colour }, index) => ({ id, name, colour, value: index + 1 }))
}

const longestStem = 100

/** Names of devices, which Windows does not give to files, whatever their extension. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** What is a file name on every system, and no other slice has; letters of all languages stay. */
function freeStem(name: string, taken: Set<string>): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[.]+|[.]+$/g, '_')
  const safe = reserved.test(plain) || plain === '' ? `_${plain}` : plain.slice(0, longestStem)
  let stem = safe
  for (let number = 2; taken.has(stem.toLowerCase()); number++) stem = `${safe}-${number}`
  taken.add(stem.toLowerCase())
  return stem
}

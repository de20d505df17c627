import type { Annotation } from '../../shared/domain/annotation'
import type { ExportLimit, LimitKind } from '../../shared/domain/export-limit'
import { polygonsOf } from '../../shared/masks/polygons'
import { decodeRuns } from '../../shared/masks/rle'
import { sharedArea } from '../../shared/masks/run-overlap'
import type { ProjectSession } from '../projects/project-session'
import { isDicomSource } from './dicom-source'
import { exportSlices } from './export-slices'
import type { AnyExporter, ExportSlice } from './exporter'
import { CommonOptions } from './option-fields'
import type { ExportSeries } from './volumes'
import { seriesOf } from './volumes'

const mostNames = 3

/** Slices after which others get their turn */
const pauseEvery = 50

interface Counted {
  readonly session: ProjectSession
  readonly slices: readonly ExportSlice[]
  readonly signal: AbortSignal | undefined
}

type Count = (counted: Counted) => Promise<{ count: number; names: readonly string[] }>

const named = (names: readonly string[]): { count: number; names: readonly string[] } => ({
  count: names.length,
  names,
})

const ofSeries =
  (isCounted: (series: ExportSeries, counted: Counted) => boolean | Promise<boolean>): Count =>
  async counted => {
    const names: string[] = []
    for (const series of seriesOf(counted.slices)) {
      if (counted.signal?.aborted === true) break
      if (await isCounted(series, counted)) names.push(series.name)
    }
    return named(names)
  }

const isPicture = ({ series }: ExportSeries): boolean => series.kind === 'picture'
const isPartlyDone = ({ series, slices }: ExportSeries): boolean =>
  series.kind === 'volume' && slices.length < series.planes

const counts: Readonly<Record<LimitKind, Count>> = {
  holes: counted => ofMasks(counted, ({ holes }) => holes),
  overlaps: counted => ofMasks(counted, ({ overlaps }) => Number(overlaps)),
  'label-overlaps': counted => ofMasks(counted, ({ labelOverlaps }) => Number(labelOverlaps)),
  pictures: ofSeries(isPicture),
  'not-dicom': ofSeries(
    async ({ series }, { session }) => !(await isDicomSource(session.pathOf(series.path))),
  ),
  'partly-ignored': ofSeries(isPartlyDone),
  'partly-empty': ofSeries(isPartlyDone),
  'both-kinds': ({ slices }) => {
    const series = seriesOf(slices)
    const pictures = series.filter(isPicture)
    return Promise.resolve(named(pictures.length < series.length ? pictures.map(({ name }) => name) : []))
  },
}

/**
 * What a format cannot hold of what would be exported.
 *
 * @param options - those of the format
 */
export async function countLimits(
  session: ProjectSession,
  exporter: AnyExporter,
  options: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<ExportLimit[]> {
  const slices = exportSlices(session, CommonOptions.parse(options))
  const limits: ExportLimit[] = []
  for (const kind of exporter.limits(options)) {
    const { count, names } = await counts[kind]({ session, slices, signal })
    if (count > 0) limits.push({ kind, count, names: names.slice(0, mostNames) })
  }
  return limits
}

interface MaskFacts {
  readonly version: string
  /** Masks with holes */
  readonly holes: number
  readonly overlaps: boolean
  /** Of objects of different labels */
  readonly labelOverlaps: boolean
}

/** What was found out about slices; a slice that was changed is looked at anew. */
const known = new WeakMap<ProjectSession, Map<number, MaskFacts>>()

async function ofMasks(
  { session, slices, signal }: Counted,
  countOf: (facts: MaskFacts) => number,
): ReturnType<Count> {
  const facts = known.get(session) ?? new Map<number, MaskFacts>()
  known.set(session, facts)
  const versions = new Map(
    session.store.slices.summaries().map(({ id, revision, objects }) => [id, `${revision} ${objects}`]),
  )
  let count = 0
  const names: string[] = []
  for (const [index, slice] of slices.entries()) {
    if (signal?.aborted === true) break
    const version = versions.get(slice.id) ?? ''
    const kept = facts.get(slice.id)
    const own = kept?.version === version ? kept : { version, ...maskFacts(session, slice) }
    facts.set(slice.id, own)
    count += countOf(own)
    if (countOf(own) > 0) names.push(slice.name)
    if (own !== kept && index % pauseEvery === 0) await new Promise(resolve => setImmediate(resolve))
  }
  return { count, names }
}

function maskFacts({ store }: ProjectSession, slice: ExportSlice): Omit<MaskFacts, 'version'> {
  const objects = store.annotations.ofSlice(slice.id).filter(({ status }) => status === 'accepted')
  const holes = objects.filter(object => hasHoles(object, slice)).length
  const pairs = objects.flatMap((object, index) =>
    objects
      .slice(index + 1)
      .filter(other => sharedArea(object.runs, other.runs) > 0)
      .map(other => object.labelId !== other.labelId),
  )
  return { holes, overlaps: pairs.length > 0, labelOverlaps: pairs.includes(true) }
}

function hasHoles({ runs, box }: Annotation, { width, height }: ExportSlice): boolean {
  if (box === null) return false
  const mask = decodeRuns(runs, width * height)
  const [columns, rows] = [box.x1 - box.x0 + 1, box.y1 - box.y0 + 1]
  const part = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    const start = (box.y0 + row) * width + box.x0
    part.set(mask.subarray(start, start + columns), row * columns)
  }
  return polygonsOf(part, rows, columns).holes > 0
}

import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { StoredSeries } from '../database/project-store'
import { createLabelMap } from '../jobs/predict-label-map'
import type { ExportSlice, ExportWorld } from './exporter'
import type { LabelValues } from './slice-label-map'
import { paintObjects } from './slice-label-map'

/** A series with those of its slices that are exported. */
export interface ExportSeries {
  readonly name: string
  readonly series: StoredSeries
  readonly slices: readonly ExportSlice[]
  /** For file names */
  readonly stem: string
  readonly split: ExportSlice['split']
}

/** The series of slices, in the order of the lists. */
export function seriesOf(slices: readonly ExportSlice[]): ExportSeries[] {
  const known = new Map<number, ExportSlice[]>()
  for (const slice of slices) {
    const planes = known.get(slice.series.id)
    if (planes) planes.push(slice)
    else known.set(slice.series.id, [slice])
  }
  return [...known.values()].flatMap(planes => {
    const [first] = planes
    if (!first) return []
    const { series, seriesStem: stem, split } = first
    return [{ name: series.name, series, slices: planes, stem, split }]
  })
}

/** @throws AppError UNUSABLE_SLICE */
export function refusePicture({ series, name }: ExportSeries): void {
  if (series.kind === 'volume') return
  const reason = 'it is a picture, not a volume; export it as PNG or NPY'
  throw new AppError('UNUSABLE_SLICE', { file: name, reason })
}

/**
 * The objects of a volume as one label map; voxels of planes that nobody has done are 0.
 *
 * @param shape - [z, y, x] of the source
 * @throws AppError UNUSABLE_SLICE where the source has become another one
 */
export function volumeLabels(
  world: ExportWorld,
  { series, slices, name }: ExportSeries,
  shape: readonly number[],
  values: LabelValues,
): Tensor<'int32'> {
  const axis = series.axis ?? 2
  const [z = 0, y = 0, x = 0] = shape
  const [planes, width, height] = [
    [x, y, z],
    [y, x, x],
    [z, z, y],
  ].map(sizes => sizes[axis])
  for (const slice of slices) {
    if (slice.width === width && slice.height === height && (slice.plane ?? 0) < (planes ?? 0)) continue
    const reason = `it measures ${x} x ${y} x ${z} voxels, on which the slices of the project do not fit any more`
    throw new AppError('UNUSABLE_SLICE', { file: name, reason })
  }
  const map = createLabelMap([z, y, x], axis)
  for (const slice of slices) paintObjects(map, world, { slice, values, plane: slice.plane })
  return map.labels
}

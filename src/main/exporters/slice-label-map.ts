import { decodeRuns } from '../../shared/masks/rle'
import type { LabelMap } from '../jobs/predict-label-map'
import { createLabelMap } from '../jobs/predict-label-map'
import type { Tensor } from '../../core/tensor/tensor'
import type { ExportSlice, ExportWorld } from './exporter'

export type LabelValues = 'classes' | 'objects'

/** The objects of a slice as one label map; where two overlap, the one with the higher predicted IoU wins. */
export function sliceLabelMap(world: ExportWorld, slice: ExportSlice, values: LabelValues): Tensor<'int32'> {
  const map = createLabelMap([slice.height, slice.width], 2)
  paintObjects(map, world, { slice, values, plane: null })
  return map.labels
}

/** @param plane - of the volume that the map is; null: the map is the slice's */
export function paintObjects(
  map: LabelMap,
  world: ExportWorld,
  { slice, values, plane }: { slice: ExportSlice; values: LabelValues; plane: number | null },
): void {
  const numbers = new Map(world.labels.map(({ id, value }) => [id, value]))
  world.objectsOf(slice).forEach(({ runs, labelId, predictedIou }, index) => {
    const mask = decodeRuns(runs, slice.width * slice.height)
    const label = values === 'objects' ? index + 1 : (numbers.get(labelId) ?? 0)
    // What a person has drawn is as sure as can be.
    map.paint(mask, { label, predictedIou: predictedIou ?? 1, slice: plane })
  })
}

/** `train/masks` where there is a split, else `masks`. */
export function partFolder({ split }: Pick<ExportSlice, 'split'>, folder: string): string {
  return split === null ? folder : `${split}/${folder}`
}

import { coco } from './coco'
import type { AnyExporter } from './exporter'
import { maskPng } from './mask-png'
import { measurementsCsv } from './measurements-csv'
import { niftiLabelmap } from './nifti-labelmap'
import { npyPairs } from './npy-pairs'
import { yoloSeg } from './yolo-seg'

export { labelMapExporter } from './label-map'
export type { LabelMapExporter } from './label-map'
export type { AnyExporter, Exporter, ExportProgress, ExportSlice, ExportWorld } from './exporter'
export { defineExporter } from './exporter'

/** Every export format, in the order in which they are offered. The dialog and the command line follow it. */
export const exporters: readonly AnyExporter[] = [
  coco,
  yoloSeg,
  niftiLabelmap,
  maskPng,
  npyPairs,
  measurementsCsv,
]

import type { ExportFormat } from '../../shared/domain/export-format'
import { exportFormats } from '../../shared/domain/export-format'
import { coco } from './coco'
import { dicomSeg } from './dicom-seg'
import type { AnyExporter } from './exporter'
import { labelme } from './labelme'
import { maskPng } from './mask-png'
import { measurementsCsv } from './measurements-csv'
import { niftiLabelmap } from './nifti-labelmap'
import { nrrdLabelmap } from './nrrd-labelmap'
import { nnunet } from './nnunet'
import { npyPairs } from './npy-pairs'
import { yoloSeg } from './yolo-seg'

export { labelMapExporter } from './label-map'
export type { LabelMapExporter } from './label-map'
export type { AnyExporter, Exporter, ExportProgress, ExportSlice, ExportWorld } from './exporter'
export { defineExporter } from './exporter'

const byFormat: Readonly<Record<ExportFormat, AnyExporter>> = {
  coco,
  yolo: yoloSeg,
  labelme,
  nifti: niftiLabelmap,
  nrrd: nrrdLabelmap,
  'dicom-seg': dicomSeg,
  nnunet,
  png: maskPng,
  npy: npyPairs,
  csv: measurementsCsv,
}

/** Every export format, in the order in which they are offered. The dialog and the command line follow it. */
export const exporters: readonly AnyExporter[] = exportFormats.map(format => byFormat[format])

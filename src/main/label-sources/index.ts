import { bytesOf } from '../codecs'
import { coco } from './coco'
import { datasetJson } from './dataset-json'
import { dicomSeg } from './dicom-seg'
import { itkSnapLabels } from './itk-snap-labels'
import { labelMap } from './label-map'
import type { LabelSource } from './label-source'
import { labelme } from './labelme'
import { slicerSegmentation } from './slicer-segmentation'

export type {
  DrawnObjects,
  LabelFile,
  LabelFileOf,
  LabelLayer,
  LabelledObject,
  LabelledPicture,
  LabelNames,
  LabelSource,
  ObjectLabel,
  PictureSize,
  SegmentFrame,
} from './label-source'

/** Every format of masks that were made elsewhere; dialogs, the command line and dropped folders follow it. */
export const labelSources: readonly LabelSource[] = [
  dicomSeg,
  labelme,
  datasetJson,
  coco,
  itkSnapLabels,
  slicerSegmentation,
  labelMap,
]

/** Bytes that tell the formats apart: in COCO and labelme, what is before the first list. */
const headLength = 65_536

/** What the file's bytes say that it is; null where it holds no labels that SliceTune reads. @throws as `bytesOf` */
export async function labelSourceOf(file: string): Promise<LabelSource | null> {
  const head = await bytesOf(file, headLength)
  return labelSources.find(({ sniff }) => sniff(head)) ?? null
}

/** Whether a file holds masks and no image: one that is dropped with images belongs to them. @throws as `bytesOf` */
export async function isLabelFile(file: string): Promise<boolean> {
  return (await labelSourceOf(file))?.holds === 'masks'
}

import { createHash } from 'node:crypto'
import type { DicomItem, DicomObject } from '../../codecs/dicom-write'
import { dicomText } from '../../codecs/dicom-write'
import { labelColour } from '../label-colour'
import { cieLab } from './cie-lab'
import { dicomUid } from './dicom-uid'
import type { SegContent, Segment } from './seg-frames'
import { packBits, segmentsOverlap } from './seg-frames'
import type { SegPlane, SegSource } from './seg-source'
import { functionalGroups } from './seg-groups'
import { segmentCodes } from './segment-codes'

const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4'

export interface SegParts {
  readonly source: SegSource
  readonly content: SegContent
  readonly project: { readonly name: string; readonly uuid: string }
  readonly version: string
  readonly madeAt: Date
  /** Of the series in the project, from 1 */
  readonly number: number
}

/**
 * A DICOM Segmentation (PS3.3 A.51), binary, with a frame for each segment on each plane that it is on. Its series UID follows
 * from project and source series, its instance UID also from what is drawn: the same masks have the same UID each time.
 */
export function segDataSet(parts: SegParts): DicomObject {
  const { source, content, project, version, madeAt, number } = parts
  const size = source.rows * source.columns
  const bits = packBits(content.frames, size)
  const series = dicomUid('segmentation series', project.uuid, source.series)
  const { day, time } = stampOf(madeAt)
  return {
    SpecificCharacterSet: 'ISO_IR 192',
    SOPClassUID: segmentationStorage,
    SOPInstanceUID: dicomUid('segmentation', series, contentHash(source, content, bits)),
    ...source.patient,
    StudyInstanceUID: source.study,
    SeriesInstanceUID: series,
    ...{ Modality: 'SEG', SeriesNumber: 1000 + number, InstanceNumber: number },
    ...{ SeriesDescription: 'SliceTune segmentation', SeriesDate: day, SeriesTime: time },
    ...{ ContentDate: day, ContentTime: time, InstanceCreationDate: day, InstanceCreationTime: time },
    ...(source.frameOfReference === null
      ? {}
      : { FrameOfReferenceUID: source.frameOfReference, PositionReferenceIndicator: '' }),
    ...{ Manufacturer: 'SliceTune', ManufacturerModelName: 'SliceTune' },
    ...{ DeviceSerialNumber: project.uuid.slice(0, 64), SoftwareVersions: dicomText(version, 64) },
    ...{ ContentLabel: 'SEGMENTATION', ContentDescription: 'Research use only', ContentCreatorName: '' },
    ...pixelModule(source, content.frames.length),
    ...{ SegmentationType: 'BINARY', SegmentSequence: content.segments.map(segmentItem) },
    SegmentsOverlap: segmentsOverlap(content.frames, size) ? 'YES' : 'NO',
    ReferencedSeriesSequence: [
      { SeriesInstanceUID: source.series, ReferencedInstanceSequence: instancesOf(source.planes) },
    ],
    ...functionalGroups(source, content, series),
    PixelData: bits.buffer,
  }
}

/** Of all that says which voxel has which label; not of dates and versions. */
function contentHash(source: SegSource, { segments, frames }: SegContent, bits: Uint8Array): string {
  const names = segments.map(({ label, models }) => [label.value, label.name, label.colour, models])
  const places = frames.map(({ label, plane }) => [label.value, plane])
  const images = source.planes.map(({ instance, frame }) => [instance, frame])
  return createHash('sha256')
    .update(JSON.stringify([names, places, images]))
    .update(bits)
    .digest('hex')
}

function stampOf(at: Date): { day: string; time: string } {
  const [day = '', time = ''] = at.toISOString().split('T')
  return { day: day.replaceAll('-', ''), time: time.slice(0, 8).replaceAll(':', '') }
}

const pixelModule = ({ rows, columns, compression }: SegSource, frames: number): DicomItem => ({
  ...{ ImageType: ['DERIVED', 'PRIMARY'], NumberOfFrames: frames, Rows: rows, Columns: columns },
  ...{ SamplesPerPixel: 1, PhotometricInterpretation: 'MONOCHROME2', BitsAllocated: 1, BitsStored: 1 },
  ...{ HighBit: 0, PixelRepresentation: 0, BurnedInAnnotation: 'NO' },
  ...compression,
})

function segmentItem({ label, models }: Segment, index: number): DicomItem {
  const { category, type } = segmentCodes(label.name)
  const text = dicomText(label.name, 64)
  return {
    SegmentNumber: index + 1,
    SegmentLabel: text || `Label ${label.value}`,
    ...(text === label.name ? {} : { SegmentDescription: dicomText(label.name, 1024) }),
    SegmentAlgorithmType: models.length > 0 ? 'SEMIAUTOMATIC' : 'MANUAL',
    ...(models.length > 0 ? { SegmentAlgorithmName: dicomText(models.join(', '), 64) } : {}),
    SegmentedPropertyCategoryCodeSequence: [category],
    SegmentedPropertyTypeCodeSequence: [type],
    RecommendedDisplayCIELabValue: cieLab(labelColour(label.colour)),
  }
}

/** Each image once, however many frames it has. */
function instancesOf(planes: readonly SegPlane[]): DicomItem[] {
  const classes = new Map(planes.map(({ instance, sopClass }) => [instance, sopClass]))
  return [...classes].map(([instance, sopClass]) => ({
    ReferencedSOPClassUID: sopClass,
    ReferencedSOPInstanceUID: instance,
  }))
}

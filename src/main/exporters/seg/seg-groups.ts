import { invariant } from '../../../shared/errors'
import type { DicomItem } from '../../codecs/dicom-write'
import { dicomUid } from './dicom-uid'
import type { SegContent, SegFrame } from './seg-frames'
import type { SegPlane, SegSource } from './seg-source'

/** Tags as the numbers that AT values are */
const at = {
  segmentIdentification: 0x0062000a,
  segmentNumber: 0x0062000b,
  planePosition: 0x00209113,
  imagePosition: 0x00200032,
  frameContent: 0x00209111,
  inStackPosition: 0x00209057,
} as const

const code = (value: string, meaning: string): DicomItem => ({
  CodeValue: value,
  CodingSchemeDesignator: 'DCM',
  CodeMeaning: meaning,
})

/** What all frames share and what each has of its own, and the dimensions by which frames are found. */
export function functionalGroups(source: SegSource, content: SegContent, series: string): DicomItem {
  const organization = dicomUid('dimensions', series)
  const numbers = new Map(content.segments.map(({ label }, index) => [label.id, index + 1]))
  const used = [...new Set(content.frames.map(({ plane }) => plane))].sort((a, b) => a - b)
  const orientations = new Set(source.planes.map(({ orientation }) => orientation?.join()))
  const isTurned = orientations.size > 1
  const [first] = source.planes
  const frames = content.frames.map(frame => {
    const plane = planeOf(source, frame)
    const number = numbers.get(frame.label.id) ?? 0
    const rank = used.indexOf(frame.plane) + 1
    // Where there are no positions, frames are told apart by their place in the stack.
    const stack: DicomItem = plane.position ? {} : { StackID: '1', InStackPositionNumber: rank }
    return {
      FrameContentSequence: [{ ...stack, DimensionIndexValues: [number, rank] }],
      ...(plane.position && { PlanePositionSequence: [{ ImagePositionPatient: plane.position }] }),
      ...(isTurned && orientationOf(plane)),
      DerivationImageSequence: [derivedFrom(plane)],
      SegmentIdentificationSequence: [{ ReferencedSegmentNumber: number }],
    }
  })
  return {
    DimensionOrganizationSequence: [{ DimensionOrganizationUID: organization }],
    DimensionIndexSequence: dimensions(
      organization,
      source.planes.every(({ position }) => position),
    ),
    SharedFunctionalGroupsSequence: [
      {
        ...(!isTurned && first ? orientationOf(first) : {}),
        ...(Object.keys(source.measures).length > 0 ? { PixelMeasuresSequence: [source.measures] } : {}),
      },
    ],
    PerFrameFunctionalGroupsSequence: frames,
  }
}

function planeOf({ planes }: SegSource, { plane }: SegFrame): SegPlane {
  const found = planes[plane]
  invariant(found, 'a frame lies on a plane of its source')
  return found
}

const orientationOf = ({ orientation }: SegPlane): DicomItem =>
  orientation ? { PlaneOrientationSequence: [{ ImageOrientationPatient: orientation }] } : {}

function dimensions(organization: string, isPlaced: boolean): DicomItem[] {
  const own = { DimensionOrganizationUID: organization }
  const segment = {
    ...own,
    DimensionIndexPointer: at.segmentNumber,
    FunctionalGroupPointer: at.segmentIdentification,
    DimensionDescriptionLabel: 'Segment Number',
  }
  const position = {
    ...own,
    DimensionIndexPointer: at.imagePosition,
    FunctionalGroupPointer: at.planePosition,
    DimensionDescriptionLabel: 'Image Position',
  }
  const inStack = {
    ...own,
    DimensionIndexPointer: at.inStackPosition,
    FunctionalGroupPointer: at.frameContent,
    DimensionDescriptionLabel: 'In-Stack Position Number',
  }
  return [segment, isPlaced ? position : inStack]
}

function derivedFrom({ sopClass, instance, frame }: SegPlane): DicomItem {
  return {
    DerivationCodeSequence: [code('113076', 'Segmentation')],
    SourceImageSequence: [
      {
        ReferencedSOPClassUID: sopClass,
        ReferencedSOPInstanceUID: instance,
        ...(frame === null ? {} : { ReferencedFrameNumber: frame }),
        SpatialLocationsPreserved: 'YES',
        PurposeOfReferenceCodeSequence: [code('121322', 'Source image for image processing operation')],
      },
    ],
  }
}

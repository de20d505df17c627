import type { Rgb } from '../../shared/domain/label-palette'
import type { DataSet } from 'dicom-parser'
import { AppError } from '../../shared/errors'
import { lpsToRas } from '../codecs/affine'
import { decimals, isDicom, itemsOf, readDataSet, tags } from '../codecs/dicom-data-set'
import type { DicomImage } from '../codecs/dicom-image'
import { corrupt, readImage } from '../codecs/dicom-image'
import { readValues } from '../codecs/dicom-values'
import { cielabColour } from './cielab-colour'
import type { FramePlace, LabelFileOf, LabelNames, ObjectLabel, SegmentFrame } from './label-source'
import { defineLabelSource } from './label-source'

/** Segmentation Storage and Label Map Segmentation Storage (PS3.6 A), as the file's own head says it. */
const classUid = /1\.2\.840\.10008\.5\.1\.4\.1\.1\.66\.[47](?![\d.])/
const headLength = 1024

/** DICOM segmentations: binary, fractional (half and more counts), and label maps. */
export const dicomSeg = defineLabelSource({
  id: 'dicom-seg',
  extensions: ['.dcm'],
  holds: 'masks',
  sniff: head => isDicom(head) && classUid.test(Buffer.from(head.subarray(0, headLength)).toString('latin1')),
  read: async (bytes, file) => {
    try {
      return await readSegmentation(bytes, file)
    } catch (cause) {
      // The parser reads values when they are asked for, and throws text where one leads out of the file.
      if (cause instanceof AppError) throw cause
      throw corrupt(file, 'its DICOM elements lead out of the file', cause)
    }
  },
})

async function readSegmentation(bytes: Uint8Array, file: string): Promise<LabelFileOf<'frames'>> {
  const data = readDataSet(bytes, file)
  const image = readImage(data, file)
  const type = data.string(tags.segmentationType)?.trim() ?? 'BINARY'
  const values = await frameValues(data, image, file)
  const groups = itemsOf(data, tags.frameGroups)
  const shared = itemsOf(data, tags.sharedGroups)[0]
  if (groups.length !== image.frames)
    throw corrupt(file, `it declares ${image.frames} frames and describes ${groups.length}`)
  const isFractional = type === 'FRACTIONAL'
  const half = (data.uint16(tags.maximumFraction) ?? 255) / 2
  const frames = groups.map((own, index) => {
    const frame = frameOf([own, ...(shared ? [shared] : [])], type === 'LABELMAP', file)
    const stored = (): ArrayLike<number> => values(index)
    return { ...frame, values: isFractional ? () => atLeast(stored(), half) : stored }
  })
  return {
    kind: 'frames',
    size: { width: image.columns, height: image.rows },
    series: itemsOf(data, tags.referencedSeries)[0]?.string(tags.seriesUid)?.trim() ?? null,
    frames,
    segments: segmentsOf(data),
    isFractional,
  }
}

const atLeast = (values: ArrayLike<number>, half: number): Uint8Array =>
  Uint8Array.from(values, value => (value >= half ? 1 : 0))

type Within = (...path: readonly string[]) => DataSet | undefined

/** @param groups - the frame's own, then what all frames share */
function frameOf(
  groups: readonly DataSet[],
  isLabelMap: boolean,
  file: string,
): Omit<SegmentFrame, 'values'> {
  const within: Within = (...path) =>
    path.reduce<readonly DataSet[]>((sets, tag) => sets.flatMap(set => itemsOf(set, tag)), groups)[0]
  const segment = within(tags.segmentIdentification)?.uint16(tags.referencedSegment)
  if (segment === undefined && !isLabelMap) throw corrupt(file, 'a frame does not say which segment it is')
  const source = within(tags.derivationImage, tags.sourceImage)
  return {
    segment: isLabelMap ? null : (segment ?? null),
    instance: source?.string(tags.referencedInstance)?.trim() ?? null,
    instanceFrame: source?.intString(tags.referencedFrame) ?? null,
    place: placeOf(within),
  }
}

function placeOf(within: Within): FramePlace | null {
  const position = decimalsIn(within(tags.planePosition), tags.imagePosition, 3)
  const orientation = decimalsIn(within(tags.planeOrientation), tags.imageOrientation, 6)
  const [y = 0, x = 0] = decimalsIn(within(tags.pixelMeasures), tags.pixelSpacing, 2) ?? []
  if (!position || !orientation || !(x > 0) || !(y > 0)) return null
  return {
    across: lpsToRas(orientation.slice(0, 3).map(cosine => cosine * x)),
    down: lpsToRas(orientation.slice(3).map(cosine => cosine * y)),
    origin: lpsToRas(position),
  }
}

const decimalsIn = (set: DataSet | undefined, tag: string, count: number): number[] | null =>
  set ? decimals(set, tag, count) : null

function segmentsOf(data: DataSet): LabelNames {
  const segments = new Map<number, ObjectLabel>()
  for (const set of itemsOf(data, tags.segments)) {
    const value = set.uint16(tags.segmentNumber)
    if (value === undefined) continue
    const name = textOf(set, tags.segmentLabel)
    segments.set(value, { name, value, colour: colourOf(set) })
  }
  return segments
}

/** Names are in the file's character set; those that are no UTF-8 are read as Latin-1, which has no wrong bytes. */
function textOf(set: DataSet, tag: string): string | null {
  const element = set.elements[tag]
  if (!element || element.length <= 0) return null
  const bytes = set.byteArray.subarray(element.dataOffset, element.dataOffset + element.length)
  const text = decodedText(bytes).replaceAll('\0', '').trim()
  return text === '' ? null : text
}

function decodedText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('latin1').decode(bytes)
  }
}

function colourOf(set: DataSet): Rgb | null {
  const [l, a, b] = [0, 1, 2].map(index => set.uint16(tags.displayLab, index))
  return l === undefined || a === undefined || b === undefined ? null : cielabColour([l, a, b])
}

/** Pictures of one bit are unpacked one by one: they take eight times the memory then. */
async function frameValues(
  data: DataSet,
  image: DicomImage,
  file: string,
): Promise<(frame: number) => ArrayLike<number>> {
  const { frames, rows, columns, pixels, bitsAllocated } = image
  const size = rows * columns
  if (bitsAllocated !== 1 || pixels.encapsulatedPixelData === true) {
    const all = (await readValues(data, image, file)).data
    if (all instanceof BigInt64Array || all instanceof BigUint64Array) throw new RangeError('64-bit pixels')
    return frame => all.subarray(frame * size, (frame + 1) * size)
  }
  const length = Math.ceil((frames * size) / 8)
  const stored = Math.min(pixels.length, data.byteArray.length - pixels.dataOffset)
  if (stored < length) throw corrupt(file, `it needs ${length} bytes of pixels and holds ${stored}`)
  const bytes = data.byteArray.subarray(pixels.dataOffset, pixels.dataOffset + length)
  return frame => bitsOf(bytes, frame * size, size)
}

/** The lowest bit first; frames have no gap between them. */
function bitsOf(bytes: Uint8Array, first: number, count: number): Uint8Array {
  const values = new Uint8Array(count)
  for (let at = 0; at < count; at++) {
    const bit = first + at
    // There are bytes for all frames.
    values[at] = (bytes[Math.floor(bit / 8)]! >> (bit % 8)) & 1
  }
  return values
}

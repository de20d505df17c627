import type { Rgb } from '../../shared/domain/label-palette'
import type { DecodedFile } from '../codecs'

/** What the object is, as far as its file says. */
export interface ObjectLabel {
  readonly name: string | null
  /** Its number in the file; null where the file counts nothing */
  readonly value: number | null
  readonly colour: Rgb | null
  /** Nobody has looked there: neither this label nor background */
  readonly isUnlabelled?: boolean
}

export interface LabelledObject {
  readonly label: ObjectLabel
  /** Row-major run lengths, as `shared/masks/rle.ts` says; not empty */
  readonly runs: readonly number[]
}

export interface PictureSize {
  readonly width: number
  readonly height: number
}

export interface DrawnObjects {
  readonly objects: readonly LabelledObject[]
  /** Objects that reach out of the picture, and were cut off at its edge */
  readonly clipped: number
  /** Objects of which no pixel is left */
  readonly empty: number
}

/** Objects on one picture that is known by its file's name. */
export interface LabelledPicture {
  /** Maybe with folders */
  readonly fileName: string
  /** null where the file does not say */
  readonly size: PictureSize | null
  readonly hasObjects: boolean
  /** What has no area: points, lines, boxes without a mask */
  readonly withoutArea: number
  /** @param size - of the picture that they are to lie on. @throws AppError CORRUPT_FILE */
  draw(size: PictureSize): DrawnObjects | Promise<DrawnObjects>
}

export type LabelNames = ReadonlyMap<number, ObjectLabel>

/** A label map, of a volume or a picture. */
export interface LabelLayer {
  readonly labels: DecodedFile
  readonly names: LabelNames
}

/** One picture of a DICOM segmentation: the pixels of one segment on one slice. */
export interface SegmentFrame {
  /** null: its values are segment numbers */
  readonly segment: number | null
  /** SOP Instance UID of the slice that it was drawn on */
  readonly instance: string | null
  /** Of that slice's frames, from 1 */
  readonly instanceFrame: number | null
  /** null where the file does not say */
  readonly place: FramePlace | null
  /** [height, width]: 0 or 1, or segment numbers */
  readonly values: () => ArrayLike<number>
}

/** In mm towards right, anterior, superior. */
export interface FramePlace {
  /** One step along a row */
  readonly across: readonly number[]
  /** One step down a column */
  readonly down: readonly number[]
  /** Of the centre of the first pixel */
  readonly origin: readonly number[]
}

export type LabelFile =
  | { readonly kind: 'grid'; readonly layers: readonly LabelLayer[] }
  | { readonly kind: 'pictures'; readonly pictures: readonly LabelledPicture[] }
  | {
      readonly kind: 'frames'
      readonly size: PictureSize
      /** Series UID of the slices that it was drawn on */
      readonly series: string | null
      readonly frames: readonly SegmentFrame[]
      readonly segments: LabelNames
      /** Whether each value says how sure or how much; half and more counts */
      readonly isFractional: boolean
    }
  /** Names for the label maps that lie with it, and no masks */
  | { readonly kind: 'names'; readonly names: LabelNames }

export type LabelFileOf<K extends LabelFile['kind']> = Extract<LabelFile, { kind: K }>

/** A kind of files that hold masks made elsewhere. */
export interface LabelSource {
  readonly id: string
  /** Ends of file names, lower case, with the dot; for dialogs, never to decide what a file is */
  readonly extensions: readonly string[]
  /** `masks`: and is never an image; `maps`: label maps, or images; `names`: of labels, and no masks */
  readonly holds: 'masks' | 'maps' | 'names'
  /** @param head - the first 64 kB of the file, or all of it */
  readonly sniff: (head: Uint8Array) => boolean
  /** @throws AppError CORRUPT_FILE, FILE_UNREADABLE */
  readonly read: (bytes: Uint8Array, file: string) => LabelFile | Promise<LabelFile>
}

/** Formats of labels are declared with this: one file a format, one line in the registry. */
export function defineLabelSource(source: LabelSource): LabelSource {
  return source
}

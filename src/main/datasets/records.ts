import type { Tensor } from '../../core/tensor/tensor'
import type { ErrorCode } from '../../shared/errors'

/** Axis of a volume along which it is cut: 0, 1, 2 are x, y, z of the file. */
export type SliceAxis = 0 | 1 | 2

/** Where a slice and its labels lie; nothing is open yet. */
export interface SliceRecord {
  /** Unique within the data set, the same on every machine: the image's path inside it, `#12` for a plane. */
  readonly id: string
  /** Stem of the file, with `-012` for a plane; fit for a file name */
  readonly name: string
  /** The patient or volume: slices of one group are never on both sides of a split. */
  readonly group: string
  readonly split: 'train' | 'val' | null
  readonly imageFile: string
  readonly maskFile: string
  /** Plane of a volume along `axis`; null for a picture */
  readonly sliceIndex: number | null
  readonly axis: SliceAxis | null
  /** Millimetres per pixel from a table beside the images; a volume knows its own. */
  readonly spacingMm: PixelSpacing | null
}

export interface PixelSpacing {
  readonly y: number
  readonly x: number
}

/** A file or slice that is left out, and why. */
export interface SkippedFile {
  readonly file: string
  readonly code: ErrorCode
  readonly message: string
}

export interface Dataset {
  readonly slices: readonly SliceRecord[]
  readonly skipped: readonly SkippedFile[]
  /** What a person should know about how the folder was read */
  readonly notes: readonly string[]
  /** What the groups mean for an honest validation: for whoever splits the slices */
  readonly groupNotes: readonly string[]
  /** Whether both train and val hold slices */
  readonly hasSplit: boolean
}

export interface LoadedSlice {
  /** [height, width] or [height, width, 1 to 4], finite */
  readonly image: Tensor
  /** [height, width] */
  readonly labels: Tensor<'int32'>
  readonly spacingMm: PixelSpacing | null
  /** The values other than 0, ascending; at least one */
  readonly labelValues: readonly number[]
}

import type { DType } from '../../core/tensor/dtype'
import type { Shape } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import type { WindowLevel } from '../../shared/domain/window-level'
import type { Directions } from '../../shared/geometry/directions'

/**
 * What the file is read for. A palette means colours in an image and classes in a label map, and an image is turned
 * until high values are bright; `stored` is what the file holds, with nothing done to it.
 */
export type FileRole = 'image' | 'labels' | 'stored'

/** Rows of a matrix that takes voxel indices, in the order of the file's axes, to mm towards right, anterior, superior. */
export type Affine = readonly (readonly number[])[]

/** Where a file stands among others of its series. */
export interface SeriesPlace {
  /** Series UID */
  readonly series: string
  readonly description: string | null
  /** Hash of the patient's ID; null where the file names none */
  readonly patient: string | null
  readonly instance: number | null
  /** Of the first pixel, in mm towards left, posterior, superior; null where the file does not say */
  readonly position: readonly number[] | null
  /** Where rows and columns lead: six numbers; null where the file does not say */
  readonly orientation: readonly number[] | null
}

/** What a file holds, before anyone decides what to do with it. */
export interface DecodedFile {
  /**
   * Stored values. A picture is [height, width] or [height, width, channels]; a volume [z, y, x] or
   * [z, y, x, channels], i.e. the axes of the file reversed, because its first axis varies fastest.
   */
  readonly pixels: Tensor
  readonly kind: 'picture' | 'volume'
  /** Millimetres per step along each axis of a picture or volume, as `pixels` has them; null where the file does not say */
  readonly spacingMm: readonly number[] | null
  /** value = slope * stored + intercept; null where the stored values are the values */
  readonly scale: { readonly slope: number; readonly intercept: number } | null
  /** Whether the format counts axes the other way round: x, y, z, as NIfTI and NRRD do */
  readonly isReversed: boolean
  /** Sizes as the format counts them */
  readonly storedShape: readonly number[]
  readonly affine: Affine | null
  /** Whether the file itself says where it lies: NIfTI has an affine by convention where it does not */
  readonly hasPlace: boolean
  /** Where the axes of the file lead; null where the file does not say */
  readonly directions: Directions | null
  /** What the file says it should be looked at with, in true values */
  readonly windows: readonly WindowLevel[]
  readonly place: SeriesPlace | null
  /** Whether the pixels may show written text, which may be names */
  readonly mayShowText: boolean
  /** What a person should know: sentences after "the file" */
  readonly warnings: readonly string[]
}

/** What a codec must find out, and what it may. */
export type CodecResult = Pick<DecodedFile, 'pixels' | 'kind'> & Partial<DecodedFile>

/** A decoded file without its values. */
export interface AboutFile extends Omit<DecodedFile, 'pixels'> {
  readonly dtype: DType
  /** That `pixels` would have */
  readonly shape: Shape
}

/** A volume that is not held in memory as a whole: its planes are fetched one by one. */
export interface LargeVolume {
  /** Its shape is [z, y, x] */
  readonly about: AboutFile
  /**
   * One plane as it is stored, [y, x], in memory of its own.
   *
   * @throws AppError CORRUPT_FILE, FILE_NOT_FOUND, FILE_UNREADABLE, UNUSABLE_SLICE, DISK_FULL
   */
  plane(z: number): Promise<Tensor>
  /** Until everything was read that a checksum speaks for. @throws as `plane` */
  check(): Promise<void>
  /** What it holds outside of memory goes */
  close(): void
}

export interface LargeOptions {
  /** The first kilobytes of the file */
  readonly head: Uint8Array
  readonly role: FileRole
  /** Bytes of decoded values from which on a volume is large */
  readonly least: number
}

export interface Codec {
  readonly id: string
  /** Ends of file names, lower case, with the dot; used to list candidates, never to decide what a file is. */
  readonly extensions: readonly string[]
  /** Whether the bytes look like this format */
  readonly sniff: (bytes: Uint8Array) => boolean
  /**
   * @param file - name for error messages; other files that this one names are looked for beside it
   * @throws AppError CORRUPT_FILE, FILE_UNREADABLE (a variant we do not read) or UNSAFE_PICKLE
   */
  readonly read: (bytes: Uint8Array, file: string, role: FileRole) => CodecResult | Promise<CodecResult>
  /**
   * For volumes that need not be held as a whole; null for what `read` is to read.
   *
   * @throws as `read`
   */
  readonly openLarge?: (file: string, options: LargeOptions) => Promise<LargeVolume | null>
}

/** Import formats are declared with this: one file a format, one line in the registry. */
export function defineCodec(codec: Codec): Codec {
  return codec
}

/** What a codec leaves out is unknown. */
export function completed(result: CodecResult): DecodedFile {
  return {
    ...{ spacingMm: null, scale: null, affine: null, directions: null, place: null },
    ...{ isReversed: false, storedShape: result.pixels.shape, windows: [], warnings: [] },
    hasPlace: (result.affine ?? null) !== null,
    mayShowText: false,
    ...result,
  }
}

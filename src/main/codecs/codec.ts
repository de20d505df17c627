import type { Tensor } from '../../core/tensor/tensor'

/** What the file is read for: a palette means colours in an image and classes in a label map. */
export type FileRole = 'image' | 'labels'

/** What a file holds, before anyone decides what to do with it. */
export interface DecodedFile {
  /**
   * Stored values. A picture is [height, width] or [height, width, channels]; a volume [z, y, x], i.e. the axes of
   * the file reversed, because its first axis varies fastest.
   */
  readonly pixels: Tensor
  readonly kind: 'picture' | 'volume'
  /** Millimetres per step along each axis of `pixels`, null where the file does not say */
  readonly spacingMm: readonly number[] | null
  /** value = slope * stored + intercept; null where the stored values are the values */
  readonly scale: { readonly slope: number; readonly intercept: number } | null
}

export interface Codec {
  readonly id: string
  /** Ends of file names, lower case, with the dot; used to list candidates, never to decide what a file is. */
  readonly extensions: readonly string[]
  /** Whether the bytes look like this format */
  readonly sniff: (bytes: Uint8Array) => boolean
  /**
   * @param file - name for error messages
   * @throws AppError CORRUPT_FILE, FILE_UNREADABLE (a variant we do not read) or UNSAFE_PICKLE
   */
  readonly read: (bytes: Uint8Array, file: string, role: FileRole) => DecodedFile
}

/** Import formats are declared with this: one file a format, one line in the registry. */
export function defineCodec(codec: Codec): Codec {
  return codec
}
